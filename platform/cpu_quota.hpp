#pragma once

#include <optional>
#include <string_view>

namespace eddy {

/// How many processors' time a control group may use, by the text of its `cpu.max` ("200000 100000"
/// or "max 100000": microseconds per period, cgroup-v2.rst). Rounded up. None: without limit.
std::optional<unsigned> cpus_of_quota(std::string_view cpu_max) noexcept;

}  // namespace eddy
