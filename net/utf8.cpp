#include "utf8.hpp"

#include <cstddef>

namespace eddy {

namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// What may follow a byte that begins a character. Only its first successor has bounds of its own:
// they shut out overlong forms, surrogates and what lies past U+10FFFF.
struct lead {
    std::size_t successors = 0;
    unsigned char lowest = 0x80;
    unsigned char highest = 0xBF;
};

constexpr lead lead_of(unsigned char byte) noexcept {
    if (byte >= 0xC2 && byte <= 0xDF) return {1};
    if (byte == 0xE0) return {2, 0xA0, 0xBF};
    if (byte == 0xED) return {2, 0x80, 0x9F};
    if (byte >= 0xE1 && byte <= 0xEF) return {2};
    if (byte == 0xF0) return {3, 0x90, 0xBF};
    if (byte >= 0xF1 && byte <= 0xF3) return {3};
    if (byte == 0xF4) return {3, 0x80, 0x8F};
    return {};
}

struct sequence {
    std::size_t length;
    bool well_formed;
};

// The character at the front of `text`, or the piece that one replacement stands for.
sequence first_sequence(std::string_view text) noexcept {
    const auto byte_at = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    if (byte_at(0) < 0x80) return {1, true};

    lead bounds = lead_of(byte_at(0));
    if (bounds.successors == 0) return {1, false};
    for (std::size_t at = 1; at <= bounds.successors; ++at) {
        const bool fits =
            at < text.size() && byte_at(at) >= bounds.lowest && byte_at(at) <= bounds.highest;
        if (!fits) return {at, false};
        bounds.lowest = 0x80;
        bounds.highest = 0xBF;
    }
    return {bounds.successors + 1, true};
}

}  // namespace

std::string well_formed_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const sequence next = first_sequence(text);
        result.append(next.well_formed ? text.substr(0, next.length) : replacement_character);
        text.remove_prefix(next.length);
    }
    return result;
}

}  // namespace eddy
