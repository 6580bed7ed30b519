#include "asleep.hpp"

#include <cstdint>
#include <thread>

#include <libproc.h>
#include <mach/mach.h>
#include <pthread.h>
#include <unistd.h>

namespace eddy::testing {

std::uint64_t this_thread_number() noexcept {
    std::uint64_t number = 0;
    ::pthread_threadid_np(nullptr, &number);
    return number;
}

void wait_until_asleep(std::uint64_t thread_number) {
    proc_threadinfo about{};
    do {
        std::this_thread::yield();
        ::proc_pidinfo(::getpid(), PROC_PIDTHREADID64INFO, thread_number, &about, sizeof about);
    } while (about.pth_run_state != TH_STATE_WAITING);
}

}  // namespace eddy::testing
