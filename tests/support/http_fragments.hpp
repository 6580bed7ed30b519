#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace eddy::testing {

using fragments = std::vector<std::string_view>;

/// The ways a network may cut a text into pieces: not at all, after every byte, and once at every
/// place where that can be.
inline std::vector<fragments> every_fragmentation(std::string_view text) {
    std::vector<fragments> ways;
    ways.push_back({text});

    fragments bytes;
    for (std::size_t at = 0; at < text.size(); ++at) bytes.push_back(text.substr(at, 1));
    ways.push_back(bytes);

    // Of a long text only the places near its ends: the middle is all alike.
    constexpr std::size_t near = 512;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (at > near && at + near < text.size()) continue;
        ways.push_back({text.substr(0, at), text.substr(at)});
    }
    return ways;
}

}  // namespace eddy::testing
