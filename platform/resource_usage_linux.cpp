#include <eddy/resource_usage.hpp>

#include <cstdio>
#include <memory>

#include <sys/resource.h>

namespace eddy {
namespace {

struct file_closer {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using unique_file = std::unique_ptr<std::FILE, file_closer>;

std::chrono::microseconds time_of(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

resource_usage usage_of(int who) noexcept {
    rusage native{};
    ::getrusage(who, &native);
    resource_usage usage;
    usage.cpu_time = time_of(native.ru_utime) + time_of(native.ru_stime);
    usage.peak_memory = static_cast<std::uint64_t>(native.ru_maxrss) * 1024;
    return usage;
}

// VmHWM of proc(5), which can be reset; getrusage's figure cannot.
std::uint64_t peak_since_reset() noexcept {
    const unique_file status(std::fopen("/proc/self/status", "r"));
    if (!status) return 0;
    char line[256];
    unsigned long long kibibytes = 0;
    while (std::fgets(line, sizeof line, status.get()) != nullptr) {
        if (std::sscanf(line, "VmHWM: %llu kB", &kibibytes) == 1) break;
    }
    return kibibytes * 1024;
}

}  // namespace

resource_usage own_usage() noexcept {
    resource_usage usage = usage_of(RUSAGE_SELF);
    if (const std::uint64_t peak = peak_since_reset()) usage.peak_memory = peak;
    return usage;
}

resource_usage children_usage() noexcept {
    return usage_of(RUSAGE_CHILDREN);
}

bool reset_peak_memory() noexcept {
    const unique_file references(std::fopen("/proc/self/clear_refs", "w"));
    return references && std::fputs("5", references.get()) >= 0 &&
           std::fflush(references.get()) == 0;
}

}  // namespace eddy
