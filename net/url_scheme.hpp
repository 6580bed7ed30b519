#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace eddy {

/// A scheme that the standard gives rules of its own: a host must be there (except for files), it
/// is a domain or an address, and a backslash is a slash.
struct special_scheme {
    std::string_view name;
    std::uint16_t default_port;

    constexpr bool is_file() const noexcept { return default_port == 0; }
};

inline constexpr std::array<special_scheme, 6> special_schemes{{
    {"https", 443},
    {"http", 80},
    {"wss", 443},
    {"ws", 80},
    {"ftp", 21},
    {"file", 0},
}};

/// Null if the scheme is not special.
constexpr const special_scheme* find_special_scheme(std::string_view name) noexcept {
    for (const special_scheme& scheme : special_schemes) {
        if (scheme.name == name) return &scheme;
    }
    return nullptr;
}

}  // namespace eddy
