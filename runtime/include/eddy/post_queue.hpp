#pragma once

#include <atomic>
#include <memory>
#include <utility>

namespace eddy {

/// Something to be run on a loop's thread, sent there by another.
class posted {
public:
    posted() noexcept = default;
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;

    /// Runs once, on the loop's thread, outside of any task. May only append to queues; must not
    /// throw.
    virtual void run() noexcept = 0;

    virtual ~posted() = default;

private:
    friend class post_queue;
    posted* next_ = nullptr;
};

template <class Callable>
std::unique_ptr<posted> make_posted(Callable f) {
    class posted_callable final : public posted {
    public:
        explicit posted_callable(Callable f) : f_(std::move(f)) {}
        void run() noexcept override {
            const std::unique_ptr<posted_callable> last_use(this);
            f_();
        }

    private:
        Callable f_;
    };
    return std::make_unique<posted_callable>(std::move(f));
}

/// Where other threads leave work for a loop. Any number of threads push, the loop takes all.
///
/// The loop must not fall asleep over a push. Two flags, two sides: the pusher writes `newest_` and
/// then reads `sleeping_`; the loop writes `sleeping_` and then reads `newest_`. All four are
/// sequentially consistent, so in their one total order at least one side sees what the other has
/// written: either the loop finds the push and does not sleep, or the pusher finds the loop asleep
/// and wakes it. Only the pusher that turns `sleeping_` off wakes, so a busy loop costs no call.
class post_queue {
public:
    /// True: the loop sleeps, or is about to, and must be woken.
    bool push(posted& each) noexcept {
        posted* newest = newest_.load(std::memory_order_relaxed);
        do {
            each.next_ = newest;
        } while (!newest_.compare_exchange_weak(newest, &each, std::memory_order_seq_cst,
                                                std::memory_order_relaxed));
        return sleeping_.load(std::memory_order_seq_cst) &&
               sleeping_.exchange(false, std::memory_order_seq_cst);
    }

    /// Announces that the loop is about to sleep. False: do not, something was pushed.
    bool prepare_to_sleep() noexcept {
        sleeping_.store(true, std::memory_order_seq_cst);
        if (newest_.load(std::memory_order_seq_cst) == nullptr) return true;
        woken_up();
        return false;
    }

    void woken_up() noexcept { sleeping_.store(false, std::memory_order_relaxed); }

    /// Runs everything that was pushed, the oldest first.
    void run_all() noexcept {
        // Most turns find nothing: look before paying for an exchange. A push that is missed here
        // is found by `prepare_to_sleep`.
        if (newest_.load(std::memory_order_relaxed) == nullptr) return;
        posted* newest = newest_.exchange(nullptr, std::memory_order_acquire);
        posted* oldest = nullptr;
        while (newest != nullptr) {
            posted* const next = std::exchange(newest->next_, oldest);
            oldest = std::exchange(newest, next);
        }
        while (oldest != nullptr) std::exchange(oldest, oldest->next_)->run();
    }

private:
    std::atomic<posted*> newest_ = nullptr;
    std::atomic<bool> sleeping_ = false;
};

}  // namespace eddy
