#pragma once

#include <chrono>
#include <cstdint>

namespace eddy {

/// What a process has used of the machine.
struct resource_usage {
    std::chrono::microseconds cpu_time{};  ///< user and system, of all threads
    std::uint64_t peak_memory = 0;         ///< the largest resident size, in bytes
};

/// Of this process, since it started; its peak memory since `reset_peak_memory`.
resource_usage own_usage() noexcept;

/// Of the child processes that have ended and were waited for: all their time, and the peak memory
/// of the largest of them.
resource_usage children_usage() noexcept;

/// Lets `own_usage` count the peak from now on. False: this system cannot.
bool reset_peak_memory() noexcept;

}  // namespace eddy
