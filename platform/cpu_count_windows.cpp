#include <eddy/cpu_count.hpp>

#include "windows_calls.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>
#include <thread>

namespace eddy {
namespace {

// The processors that this thread may be scheduled on, of its group of at most 64.
unsigned cpus_of_affinity() noexcept {
    GROUP_AFFINITY allowed{};
    if (!::GetThreadGroupAffinity(::GetCurrentThread(), &allowed)) return 0;
    return static_cast<unsigned>(std::popcount(static_cast<std::uint64_t>(allowed.Mask)));
}

// A job, which is what a container is, may have a share of the machine's processor time.
unsigned cpus_of_job() noexcept {
    JOBOBJECT_CPU_RATE_CONTROL_INFORMATION limit{};
    constexpr DWORD hard_cap =
        JOB_OBJECT_CPU_RATE_CONTROL_ENABLE | JOB_OBJECT_CPU_RATE_CONTROL_HARD_CAP;
    const bool is_known = ::QueryInformationJobObject(nullptr, JobObjectCpuRateControlInformation,
                                                      &limit, sizeof limit, nullptr);
    if (!is_known || (limit.ControlFlags & hard_cap) != hard_cap)
        return std::numeric_limits<unsigned>::max();
    // In hundredths of a percent. Round up: a share of 1.5 processors keeps two threads busier than
    // one.
    const DWORD all = ::GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return static_cast<unsigned>((std::uint64_t{limit.CpuRate} * all + 9'999) / 10'000);
}

}  // namespace

unsigned usable_cpu_count() noexcept {
    unsigned cpus = cpus_of_affinity();
    if (cpus == 0) cpus = std::thread::hardware_concurrency();
    return std::max(1U, std::min(cpus, cpus_of_job()));
}

}  // namespace eddy
