#pragma once

namespace eddy::testing {

/// The kernel's number of the calling thread.
int this_thread_number() noexcept;

/// Returns when the thread with this number sleeps in the kernel. Measures no time: it looks.
void wait_until_asleep(int thread_number);

}  // namespace eddy::testing
