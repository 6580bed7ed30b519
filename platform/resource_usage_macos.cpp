#include <eddy/resource_usage.hpp>

#include <sys/resource.h>

namespace eddy {
namespace {

std::chrono::microseconds time_of(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

resource_usage usage_of(int who) noexcept {
    rusage native{};
    ::getrusage(who, &native);
    resource_usage usage;
    usage.cpu_time = time_of(native.ru_utime) + time_of(native.ru_stime);
    usage.peak_memory = static_cast<std::uint64_t>(native.ru_maxrss);  // bytes, unlike elsewhere
    return usage;
}

}  // namespace

resource_usage own_usage() noexcept {
    return usage_of(RUSAGE_SELF);
}

resource_usage children_usage() noexcept {
    return usage_of(RUSAGE_CHILDREN);
}

bool reset_peak_memory() noexcept {
    return false;
}

}  // namespace eddy
