#include <eddy/percent_encoding.hpp>

#include "ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace eddy {

namespace {

using byte_sets = std::array<std::uint8_t, 256>;  // for each byte one bit for each set it is in

constexpr std::uint8_t bit_of(percent_encode_set set) noexcept {
    return static_cast<std::uint8_t>(1u << static_cast<unsigned>(set));
}

// The sets grow out of one another: what is added to one is in all that build on it.
constexpr byte_sets make_byte_sets() {
    using enum percent_encode_set;
    byte_sets sets{};
    const auto add = [&sets](std::string_view letters, auto... to) {
        for (const char letter : letters) {
            sets[static_cast<unsigned char>(letter)] |=
                static_cast<std::uint8_t>((bit_of(to) | ...));
        }
    };
    for (std::size_t byte = 0; byte < sets.size(); ++byte) {
        if (byte < 0x20 || byte > 0x7e) sets[byte] = 0xff;
    }
    add("`", fragment);
    add(" \"<>", fragment, query, special_query, path, userinfo, component, form);
    add("#", query, special_query, path, userinfo, component, form);
    add("'", special_query);
    add("?^`{}", path, userinfo, component, form);
    add("/:;=@[\\]|", userinfo, component, form);
    add("$%&+,", component, form);
    add("!'()~", form);
    return sets;
}

constexpr byte_sets sets_of = make_byte_sets();

void append_encoded_byte(std::string& output, char letter) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(letter);
    const char encoded[] = {'%', digits[byte >> 4], digits[byte & 15]};
    output.append(encoded, sizeof encoded);
}

}  // namespace

void append_percent_encoded(std::string& output, std::string_view text, percent_encode_set set) {
    const auto must_encode = [bit = bit_of(set)](char letter) {
        return (sets_of[static_cast<unsigned char>(letter)] & bit) != 0;
    };
    // Most text needs no encoding at all, so it is copied in runs.
    while (true) {
        const auto run = std::ranges::find_if(text, must_encode) - text.begin();
        output.append(text, 0, static_cast<std::size_t>(run));
        text.remove_prefix(static_cast<std::size_t>(run));
        if (text.empty()) return;
        append_encoded_byte(output, text.front());
        text.remove_prefix(1);
    }
}

std::string percent_encode(std::string_view text, percent_encode_set set) {
    std::string encoded;
    encoded.reserve(text.size());
    append_percent_encoded(encoded, text, set);
    return encoded;
}

std::string percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_escape = text[at] == '%' && text.size() - at > 2 &&
                               is_hex_digit(text[at + 1]) && is_hex_digit(text[at + 2]);
        if (is_escape) {
            decoded += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            at += 2;
        } else {
            decoded += text[at];
        }
    }
    return decoded;
}

}  // namespace eddy
