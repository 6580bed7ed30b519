#include "url_host.hpp"

#include "ascii.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace eddy {

namespace {

// Bits for what a byte means in a host.
constexpr std::uint8_t forbidden_in_host = 1;
constexpr std::uint8_t forbidden_in_domain = 2;
constexpr std::uint8_t not_plain = 4;  // a domain with it must be decoded first

constexpr std::array<std::uint8_t, 256> make_byte_meanings() {
    std::array<std::uint8_t, 256> meanings{};
    for (std::size_t byte = 0; byte < 0x20; ++byte) meanings[byte] = forbidden_in_domain;
    for (std::size_t byte = 0x80; byte < 0x100; ++byte) meanings[byte] = not_plain;
    meanings[0x7f] = forbidden_in_domain;
    meanings['%'] = forbidden_in_domain | not_plain;
    for (const char letter : std::string_view("\0\t\n\r #/:<>?@[\\]^|", 17)) {
        meanings[static_cast<unsigned char>(letter)] = forbidden_in_host | forbidden_in_domain;
    }
    return meanings;
}

constexpr std::array<std::uint8_t, 256> meaning_of = make_byte_meanings();

std::uint8_t meanings_in(std::string_view text) noexcept {
    std::uint8_t all = 0;
    for (const char letter : text) all |= meaning_of[static_cast<unsigned char>(letter)];
    return all;
}

host_result append_bracketed(std::string& output, std::string_view text) {
    if (text.size() < 2 || !text.ends_with(']')) return {.error = url_error::invalid_ipv6};
    const std::optional<ipv6_pieces> pieces = parse_ipv6(text.substr(1, text.size() - 2));
    if (!pieces) return {.error = url_error::invalid_ipv6};
    output += '[';
    append_ipv6(output, *pieces);
    output += ']';
    return {.type = host_type::ipv6};
}

url_error append_plain_domain(std::string& output, std::string_view text, std::uint8_t meanings) {
    if ((meanings & forbidden_in_domain) != 0) return url_error::forbidden_host_character;
    const std::size_t begin = output.size();
    output += text;
    std::ranges::transform(output.begin() + static_cast<std::ptrdiff_t>(begin), output.end(),
                           output.begin() + static_cast<std::ptrdiff_t>(begin), to_lower);
    return url_error::none;
}

url_error append_encoded_domain(std::string& output, std::string_view text) {
    const std::string decoded = percent_decode(text);
    if ((meanings_in(decoded) & forbidden_in_domain) != 0) {
        return url_error::forbidden_host_character;
    }
    const std::size_t begin = output.size();
    const url_error error = append_domain_in_ascii(output, decoded);
    if (error != url_error::none) return error;

    // Unicode maps some letters to forbidden ones (U+2100 to "a/c"), and others to nothing at all.
    const std::string_view domain = std::string_view(output).substr(begin);
    if (domain.empty()) return url_error::invalid_domain;
    const bool forbidden = (meanings_in(domain) & forbidden_in_domain) != 0;
    return forbidden ? url_error::forbidden_host_character : url_error::none;
}

}  // namespace

host_result append_special_host(std::string& output, std::string_view text) {
    if (text.starts_with('[')) return append_bracketed(output, text);

    const std::size_t begin = output.size();
    const std::uint8_t meanings = meanings_in(text);
    // Two hyphens may be those of "xn--", behind which an invalid name can hide.
    const bool plain = (meanings & not_plain) == 0 && text.find("--") == std::string_view::npos;
    const url_error error =
        plain ? append_plain_domain(output, text, meanings) : append_encoded_domain(output, text);
    if (error != url_error::none) return {.error = error};

    const std::string_view domain = std::string_view(output).substr(begin);
    if (!ends_in_a_number(domain)) return {.type = host_type::domain};
    const std::optional<std::uint32_t> address = parse_ipv4(domain);
    if (!address) return {.error = url_error::invalid_ipv4};
    output.resize(begin);
    append_ipv4(output, *address);
    return {.type = host_type::ipv4};
}

host_result append_opaque_host(std::string& output, std::string_view text) {
    if (text.starts_with('[')) return append_bracketed(output, text);
    if ((meanings_in(text) & forbidden_in_host) != 0) {
        return {.error = url_error::forbidden_host_character};
    }
    append_percent_encoded(output, text, percent_encode_set::c0_control);
    return {.type = host_type::opaque};
}

}  // namespace eddy
