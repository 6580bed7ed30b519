#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace eddy::testing {

/// Where threads wait until so many have come. `std::latch` is the same, but GCC 12's loses
/// wake-ups where the system has no futexes (Windows).
class latch {
public:
    explicit latch(std::ptrdiff_t expected) noexcept : expected_(expected) {}

    void count_down() {
        const std::lock_guard lock(mutex_);
        if (--expected_ == 0) all_have_come_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        all_have_come_.wait(lock, [this] { return expected_ <= 0; });
    }
    void arrive_and_wait() {
        count_down();
        wait();
    }

private:
    std::mutex mutex_;
    std::condition_variable all_have_come_;
    std::ptrdiff_t expected_;
};

}  // namespace eddy::testing
