#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace eddy::http {

/// How much header the other side may send. Checked while it arrives, not once it is here.
struct header_limits {
    std::size_t line = 16 * 1024;   ///< bytes of the first line and of each field
    std::size_t block = 64 * 1024;  ///< bytes of all of them; also of a chunked body's trailers
    std::size_t count = 128;        ///< fields
};

/// For the size of a body: as much as comes.
constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

}  // namespace eddy::http
