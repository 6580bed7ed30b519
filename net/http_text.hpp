#pragma once

#include "ascii.hpp"

#include <cstddef>
#include <initializer_list>
#include <string_view>

// The small words of HTTP's grammar (RFC 9110, 5.6) that several files need.
namespace eddy::http {

constexpr bool is_blank(char letter) noexcept {
    return letter == ' ' || letter == '\t';
}

/// A letter of a method or of a header name: visible ASCII without delimiters.
constexpr bool is_token_letter(char letter) noexcept {
    if (letter <= ' ' || letter > '~') return false;
    return std::string_view("\"(),/:;<=>?@[\\]{}").find(letter) == std::string_view::npos;
}

constexpr bool is_token(std::string_view text) noexcept {
    for (const char letter : text) {
        if (!is_token_letter(letter)) return false;
    }
    return !text.empty();
}

/// A control byte other than the tab: what no header value may contain.
constexpr bool is_control(char letter) noexcept {
    const auto byte = static_cast<unsigned char>(letter);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

constexpr bool has_control(std::string_view text) noexcept {
    for (const char letter : text) {
        if (is_control(letter)) return true;
    }
    return false;
}

constexpr bool equals_ignoring_case(std::string_view one, std::string_view other) noexcept {
    if (one.size() != other.size()) return false;
    for (std::size_t at = 0; at < one.size(); ++at) {
        if (to_lower(one[at]) != to_lower(other[at])) return false;
    }
    return true;
}

/// A header that says who somebody is: not for other origins, nor for logs.
constexpr bool is_secret_by_name(std::string_view name) noexcept {
    for (const std::string_view secret :
         {"authorization", "cookie", "cookie2", "proxy-authorization", "www-authenticate"}) {
        if (equals_ignoring_case(name, secret)) return true;
    }
    return false;
}

/// Without the spaces and tabs around it.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// The elements of a comma-separated list, one after the other, trimmed; some may be empty.
class list_elements {
public:
    constexpr explicit list_elements(std::string_view list) noexcept : rest_(list) {}

    constexpr bool next(std::string_view& element) noexcept {
        if (used_up_) return false;
        const std::size_t comma = rest_.find(',');
        used_up_ = comma == std::string_view::npos;
        element = trimmed(rest_.substr(0, comma));
        if (!used_up_) rest_.remove_prefix(comma + 1);
        return true;
    }

private:
    std::string_view rest_;
    bool used_up_ = false;
};

}  // namespace eddy::http
