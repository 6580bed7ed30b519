#pragma once

#include <string>
#include <string_view>

namespace eddy {

/// A path as errors show it. What follows a zero byte would be lost on their way, and the reason
/// with it.
inline std::string shown_path(std::string_view path) {
    std::string shown;
    for (const char each : path) shown += each != '\0' ? std::string(1, each) : "\\0";
    return shown;
}

}  // namespace eddy
