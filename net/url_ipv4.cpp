#include "ascii.hpp"
#include "url_host.hpp"

#include <algorithm>
#include <charconv>

namespace eddy {

namespace {

std::string_view without_final_dot(std::string_view text) noexcept {
    if (text.ends_with('.')) text.remove_suffix(1);
    return text;
}

// 2^32: what no part of an address reaches. Parsing stops here, so that no number overflows.
constexpr std::uint64_t address_limit = std::uint64_t{1} << 32;

// Decimal, octal after "0" or hexadecimal after "0x"; "0x" alone is zero. Too large a number is
// `address_limit`.
std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
    if (text.empty()) return std::nullopt;
    unsigned base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    } else if (text.size() > 1 && text.front() == '0') {
        base = 8;
        text.remove_prefix(1);
    }

    std::uint64_t number = 0;
    for (const char digit : text) {
        if (!is_hex_digit(digit) || hex_value(digit) >= base) return std::nullopt;
        number = std::min(number * base + hex_value(digit), address_limit);
    }
    return number;
}

}  // namespace

bool ends_in_a_number(std::string_view domain) noexcept {
    domain = without_final_dot(domain);
    const std::string_view last = domain.substr(domain.rfind('.') + 1);
    if (last.empty() || !is_digit(last.front())) return false;
    return std::ranges::all_of(last, is_digit) || parse_number(last).has_value();
}

std::optional<std::uint32_t> parse_ipv4(std::string_view text) noexcept {
    text = without_final_dot(text);
    std::uint64_t address = 0;
    // All parts but the last are one byte each; the last one fills the bytes that are left.
    for (unsigned bytes_left = 4; bytes_left > 0; --bytes_left) {
        const std::size_t dot = text.find('.');
        const std::optional<std::uint64_t> part = parse_number(text.substr(0, dot));
        if (!part) return std::nullopt;
        if (dot == std::string_view::npos) {
            if (*part >= std::uint64_t{1} << (8 * bytes_left)) return std::nullopt;
            return static_cast<std::uint32_t>(address + *part);
        }
        if (*part > 255) return std::nullopt;
        address += *part << (8 * (bytes_left - 1));
        text.remove_prefix(dot + 1);
    }
    return std::nullopt;
}

void append_ipv4(std::string& output, std::uint32_t address) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        char digits[3];
        const auto end =
            std::to_chars(digits, digits + sizeof digits, (address >> shift) & 255).ptr;
        output.append(digits, end);
        if (shift > 0) output += '.';
    }
}

}  // namespace eddy
