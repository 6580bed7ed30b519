#include "idle_workers.hpp"

namespace eddy {

void idle_workers::sleep() {
    std::unique_lock lock(mutex_);
    woken_.wait(lock, [this] { return permits_ > 0; });
    --permits_;
}

void idle_workers::stay_awake() {
    std::uint64_t seen = counts_.load(std::memory_order_relaxed);
    while (asleep(seen) > 0) {
        if (counts_.compare_exchange_weak(seen, seen - one_asleep + one_searching,
                                          std::memory_order_seq_cst, std::memory_order_relaxed))
            return;
    }
    // Somebody has just woken everyone, us too: the permit is there or about to come.
    sleep();
}

void idle_workers::wake_one_of(std::uint64_t seen) noexcept {
    while (asleep(seen) > 0 && searching(seen) == 0) {
        if (!counts_.compare_exchange_weak(seen, seen - one_asleep + one_searching,
                                           std::memory_order_seq_cst, std::memory_order_seq_cst))
            continue;
        permit(1);
        return;
    }
}

void idle_workers::wake_all() noexcept {
    std::uint64_t seen = counts_.load(std::memory_order_seq_cst);
    while (asleep(seen) > 0) {
        const std::uint64_t all_search = searching(seen) + asleep(seen);
        if (!counts_.compare_exchange_weak(seen, all_search, std::memory_order_seq_cst,
                                           std::memory_order_seq_cst))
            continue;
        permit(asleep(seen));
        return;
    }
}

void idle_workers::permit(std::uint64_t sleepers) noexcept {
    {
        const std::lock_guard lock(mutex_);
        permits_ += sleepers;
    }
    if (sleepers == 1)
        woken_.notify_one();
    else
        woken_.notify_all();
}

}  // namespace eddy
