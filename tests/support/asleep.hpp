#pragma once

#include <cstdint>

namespace eddy::testing {

/// The kernel's number of the calling thread.
std::uint64_t this_thread_number() noexcept;

/// Returns when the thread with this number sleeps in the kernel. Measures no time: it looks.
void wait_until_asleep(std::uint64_t thread_number);

}  // namespace eddy::testing
