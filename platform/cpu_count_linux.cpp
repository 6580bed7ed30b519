#include <eddy/cpu_count.hpp>

#include "cpu_quota.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>

#include <cerrno>
#include <sched.h>

namespace eddy {
namespace {

constexpr unsigned unlimited = std::numeric_limits<unsigned>::max();

std::string content_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The processors that this thread may be scheduled on; 0 if the kernel does not tell.
unsigned cpus_of_affinity() {
    // The kernel says EINVAL to a set smaller than its own, whose size it does not tell.
    for (int room = 1024; room <= 1024 * 1024; room *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(
            CPU_ALLOC(room), [](cpu_set_t* each) { CPU_FREE(each); });
        const std::size_t size = CPU_ALLOC_SIZE(room);
        if (::sched_getaffinity(0, size, set.get()) == 0)
            return static_cast<unsigned>(CPU_COUNT_S(size, set.get()));
        if (errno != EINVAL) break;
    }
    return 0;
}

// The path of this process's control group under the mount point: "/" in most containers.
std::string control_group() {
    std::istringstream groups(content_of("/proc/self/cgroup"));
    for (std::string line; std::getline(groups, line);) {
        constexpr std::string_view version_2 = "0::";
        if (line.starts_with(version_2)) return line.substr(version_2.size());
    }
    return {};
}

// A group is limited by itself and by all groups above it. The topmost is asked in any case: a
// container may see its own group there under a path that is only valid outside.
unsigned cpus_of_control_groups() {
    unsigned fewest = unlimited;
    std::string group = control_group();
    while (true) {
        const auto quota = cpus_of_quota(content_of("/sys/fs/cgroup" + group + "/cpu.max"));
        fewest = std::min(fewest, quota.value_or(unlimited));
        if (group.empty()) return fewest;
        group.erase(group.rfind('/'));
    }
}

}  // namespace

unsigned usable_cpu_count() noexcept {
    try {
        unsigned cpus = cpus_of_affinity();
        if (cpus == 0) cpus = std::thread::hardware_concurrency();
        return std::max(1U, std::min(cpus, cpus_of_control_groups()));
    } catch (const std::exception&) {
        return 1;  // out of memory; a pool of one thread will say so again
    }
}

}  // namespace eddy
