#include <eddy/cpu_count.hpp>

#include <algorithm>
#include <thread>

namespace eddy {

// macOS has neither a thread's set of processors nor groups with a share of their time.
unsigned usable_cpu_count() noexcept {
    return std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace eddy
