#include "alarm.hpp"

#include <algorithm>

namespace eddy {
namespace {

constexpr DWORD high_resolution = 0x2;  // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION

}  // namespace

alarm::~alarm() {
    // Returns when the system's thread is out of `ring`.
    if (wait_ != nullptr) ::UnregisterWaitEx(wait_, INVALID_HANDLE_VALUE);
}

void alarm::ring_by(clock::time_point due) {
    if (due_ && *due_ <= due) return;
    if (!timer_) open();
    using ticks = std::chrono::duration<LONGLONG, std::ratio<1, 10'000'000>>;
    const ticks left = std::max(std::chrono::ceil<ticks>(due - clock::now()), ticks(1));
    LARGE_INTEGER from_now;
    from_now.QuadPart = -left.count();
    if (!::SetWaitableTimer(handle_of(timer_.get()), &from_now, 0, nullptr, nullptr, FALSE))
        throw std::system_error(last_error(), "set a timer");
    due_ = due;
}

void alarm::open() {
    constexpr DWORD access = TIMER_MODIFY_STATE | SYNCHRONIZE;
    unique_handle timer =
        owned(::CreateWaitableTimerExW(nullptr, nullptr, high_resolution, access));
    // Windows 10 before version 1803 has no better timers than its ticks.
    if (!timer) timer = owned(::CreateWaitableTimerExW(nullptr, nullptr, 0, access));
    if (!timer || !::RegisterWaitForSingleObject(&wait_, handle_of(timer.get()), ring, this,
                                                 INFINITE, WT_EXECUTEINWAITTHREAD))
        throw std::system_error(last_error(), "make a timer");
    timer_ = std::move(timer);  // only one that is waited for
}

void CALLBACK alarm::ring(void* self, BOOLEAN) noexcept {
    const alarm& that = *static_cast<alarm*>(self);
    ::PostQueuedCompletionStatus(that.port_, 0, that.key_, nullptr);
}

}  // namespace eddy
