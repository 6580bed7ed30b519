#pragma once

#include <cstddef>
#include <cstdint>

namespace eddy::http {

/// What the connections of a client are doing, and have done.
struct client_stats {
    std::size_t open = 0;  ///< connections in use, being made, or idle
    std::size_t idle = 0;
    std::size_t waiting = 0;  ///< requests that wait for a connection
    std::uint64_t created = 0;
    std::uint64_t reused = 0;

    bool operator==(const client_stats&) const noexcept = default;
};

}  // namespace eddy::http
