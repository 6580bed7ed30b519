#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>

namespace eddy {

/// Something to be run on a loop's thread, sent there by another.
class posted {
public:
    posted() noexcept = default;
    posted(const posted&) = delete;
    posted& operator=(const posted&) = delete;

    /// Runs once, on the loop's thread, outside of any task. Must not throw.
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
/// The loop must not fall asleep over a push, and must not be destroyed under one. Both follow from
/// there being one atomic word: a loop that goes to sleep writes so into `newest_`, in place of the
/// empty list, which fails if something was pushed; a push replaces what it finds there, and so
/// learns in the same step whether the loop sleeps. Of all who push, only the one that found it
/// asleep has to wake it, so a busy loop costs no call; and only that one still uses the loop after
/// its push. The loop sees that it was replaced, counts, and in the end waits for that many.
class post_queue {
public:
    /// From any thread. True: the loop sleeps, or is about to. Wake it, and then call `has_woken`.
    /// False: `each` and the loop may be gone already.
    bool push(posted& each) noexcept {
        posted* newest = newest_.load(std::memory_order_relaxed);
        do {
            each.next_ = newest == asleep() ? nullptr : newest;
        } while (!newest_.compare_exchange_weak(newest, &each, std::memory_order_release,
                                                std::memory_order_relaxed));
        return newest == asleep();
    }

    /// From the thread whose `push` was true. The loop may be gone when this returns.
    void has_woken() noexcept { wakes_made_.fetch_add(1, std::memory_order_release); }

    /// Announces that the loop is about to sleep. False: do not, something was pushed.
    bool prepare_to_sleep() noexcept {
        woken_up();
        posted* nothing = nullptr;
        is_asleep_ = newest_.compare_exchange_strong(nothing, asleep(), std::memory_order_relaxed);
        return is_asleep_;
    }

    void woken_up() noexcept {
        if (!std::exchange(is_asleep_, false)) return;
        posted* sleeper = asleep();
        if (!newest_.compare_exchange_strong(sleeper, nullptr, std::memory_order_relaxed))
            ++wakes_asked_;
    }

    /// Runs everything that was pushed, the oldest first.
    void run_all() noexcept {
        woken_up();
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

    /// Whether nothing stands in it now. The loop's thread only.
    bool empty() noexcept {
        woken_up();
        return newest_.load(std::memory_order_relaxed) == nullptr;
    }

    /// Waits until no thread is left that was asked to wake the loop. They are within that one
    /// call.
    void wait_for_wakers() noexcept {
        woken_up();
        while (wakes_made_.load(std::memory_order_acquire) != wakes_asked_)
            std::this_thread::yield();
    }

private:
    // Stands for the empty list of a sleeping loop. Compared, never followed.
    posted* asleep() noexcept { return reinterpret_cast<posted*>(this); }

    // `push` releases what it has written, `run_all` acquires it. Whether the loop sleeps is
    // decided by the order of this word's own changes, for which relaxed suffices.
    std::atomic<posted*> newest_ = nullptr;
    bool is_asleep_ = false;       // the loop's thread only
    std::size_t wakes_asked_ = 0;  // the loop's thread only
    // `has_woken` releases its last use of the loop, `wait_for_wakers` acquires it.
    std::atomic<std::size_t> wakes_made_ = 0;
};

}  // namespace eddy
