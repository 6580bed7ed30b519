#include "resource_usage_windows.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <ratio>

#include <psapi.h>

namespace eddy {
namespace {

std::chrono::microseconds time_of(const FILETIME& time) noexcept {
    using ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
    const auto count =
        static_cast<std::int64_t>(std::uint64_t{time.dwHighDateTime} << 32 | time.dwLowDateTime);
    return std::chrono::duration_cast<std::chrono::microseconds>(ticks(count));
}

struct counted_children {
    std::mutex guard;
    resource_usage sum;
};

counted_children& children() noexcept {
    static counted_children the_one;
    return the_one;
}

}  // namespace

resource_usage usage_of(HANDLE process) noexcept {
    resource_usage usage;
    FILETIME created{};
    FILETIME ended{};
    FILETIME kernel{};
    FILETIME user{};
    if (::GetProcessTimes(process, &created, &ended, &kernel, &user))
        usage.cpu_time = time_of(kernel) + time_of(user);
    PROCESS_MEMORY_COUNTERS memory{};
    if (::GetProcessMemoryInfo(process, &memory, sizeof memory))
        usage.peak_memory = memory.PeakWorkingSetSize;
    return usage;
}

void count_child(const resource_usage& used) noexcept {
    counted_children& all = children();
    const std::lock_guard lock(all.guard);
    all.sum.cpu_time += used.cpu_time;
    all.sum.peak_memory = std::max(all.sum.peak_memory, used.peak_memory);
}

resource_usage own_usage() noexcept {
    return usage_of(::GetCurrentProcess());
}

resource_usage children_usage() noexcept {
    counted_children& all = children();
    const std::lock_guard lock(all.guard);
    return all.sum;
}

bool reset_peak_memory() noexcept {
    return false;
}

}  // namespace eddy
