#pragma once

#include <cstdint>

namespace eddy {

/// What is done about the file of a local socket that stands in the way of a new one.
enum class stale_file : std::uint8_t {
    keep,    ///< nothing: it is an error
    remove,  ///< it is removed if it is a socket that nobody has open any more
};

}  // namespace eddy
