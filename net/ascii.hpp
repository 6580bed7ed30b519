#pragma once

#include <cstdint>

// What <cctype> offers, without its locale and without its undefined behaviour for bytes over 127.
namespace eddy {

constexpr bool is_digit(char letter) noexcept {
    return letter >= '0' && letter <= '9';
}

constexpr char to_lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

constexpr bool is_alpha(char letter) noexcept {
    return to_lower(letter) >= 'a' && to_lower(letter) <= 'z';
}

constexpr bool is_hex_digit(char letter) noexcept {
    return is_digit(letter) || (to_lower(letter) >= 'a' && to_lower(letter) <= 'f');
}

/// The value of a hexadecimal digit.
constexpr std::uint8_t hex_value(char digit) noexcept {
    return static_cast<std::uint8_t>(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
}

}  // namespace eddy
