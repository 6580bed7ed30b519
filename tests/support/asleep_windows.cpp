#include "asleep.hpp"

#include <memory>
#include <thread>

#include <windows.h>

namespace eddy::testing {
namespace {

// The processor time that a thread has used, in cycles.
ULONG64 cycles_of(HANDLE thread) {
    ULONG64 cycles = 0;
    ::QueryThreadCycleTime(thread, &cycles);
    return cycles;
}

}  // namespace

std::uint64_t this_thread_number() noexcept {
    return ::GetCurrentThreadId();
}

// Windows does not tell a thread's state cheaply. One that uses no time although others have had
// the processor again and again is asleep, or as good as.
void wait_until_asleep(std::uint64_t thread_number) {
    const std::unique_ptr<void, decltype(&::CloseHandle)> thread(
        ::OpenThread(THREAD_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(thread_number)),
        &::CloseHandle);
    ULONG64 before = cycles_of(thread.get());
    for (int unchanged = 0; unchanged < 1000; ++unchanged) {
        std::this_thread::yield();
        const ULONG64 now = cycles_of(thread.get());
        if (now != before) unchanged = 0;
        before = now;
    }
}

}  // namespace eddy::testing
