#pragma once

#include <eddy/resource_usage.hpp>

#include <algorithm>
#include <chrono>

namespace comparison {

/// Seconds since it was made or restarted.
class stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }
    double restart() {
        const double passed = seconds();
        start_ = std::chrono::steady_clock::now();
        return passed;
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// What this process and the children it has waited for use from the meter's birth on.
class usage_meter {
public:
    usage_meter() { eddy::reset_peak_memory(); }

    double cpu_seconds() const {
        const auto used = eddy::own_usage().cpu_time - own_.cpu_time +
                          eddy::children_usage().cpu_time - children_.cpu_time;
        return std::chrono::duration<double>(used).count();
    }
    /// Of this process and of `children` processes as large as the largest that has ended.
    std::uint64_t peak_memory(unsigned children = 0) const {
        return eddy::own_usage().peak_memory + children * eddy::children_usage().peak_memory;
    }

private:
    eddy::resource_usage own_ = eddy::own_usage();
    eddy::resource_usage children_ = eddy::children_usage();
};

}  // namespace comparison
