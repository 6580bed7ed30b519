#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace eddy {

/// A path from eddy's texts, which are UTF-8 on every system, and back. What a path makes of a
/// `std::string` by itself depends on the system, and on Windows on its settings. On POSIX a path
/// is any bytes, and they stay what they are.
inline std::filesystem::path to_path(std::string_view text) {
    return {std::u8string(text.begin(), text.end())};
}
inline std::string to_text(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

/// Then a system would take what is in front of it for the path of another file.
inline bool has_zero_byte(std::string_view path) noexcept {
    return path.find('\0') != path.npos;
}

}  // namespace eddy
