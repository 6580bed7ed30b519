#pragma once

#include <eddy/lock.hpp>
#include <eddy/task.hpp>
#include <eddy/wait_list.hpp>

#include <cassert>
#include <concepts>
#include <limits>

namespace eddy {

/// Lets tasks that hold a lock wait for a change made under it by others.
class condition {
public:
    class [[nodiscard]] awaiter final : public waiter {
    public:
        explicit awaiter(condition& on) noexcept : on_(on) {}

        bool await_ready() const {
            checkpoint();
            return false;
        }
        void await_suspend(coroutine caller) noexcept {
            on_.waiters_.push_back(*this);
            park(caller);
        }
        // Notified, and cancelled before it ran: the notification goes on to the next.
        void await_resume() const {
            throw_if_interrupted();
            if (is_cancelled()) on_.notify_one();
            checkpoint();
        }
        std::string_view what() const noexcept override { return "condition"; }

    private:
        condition& on_;
    };

    condition() noexcept = default;
    condition(const condition&) = delete;
    condition& operator=(const condition&) = delete;
    ~condition() { assert(waiters_.empty() && "tasks still wait for this condition"); }

    /// Gives the lock back, waits to be notified, and takes the lock again, also when cancelled:
    /// whoever comes back, by return or by exception, holds it.
    task<> wait(lock& mutex, lock::guard& held);

    /// Waits until `holds()` is true, asking after each notification.
    template <std::predicate Predicate>
    task<> wait(lock& mutex, lock::guard& held, Predicate holds) {
        while (!holds()) co_await wait(mutex, held);
    }

    void notify_one() noexcept { notify(1); }
    void notify_all() noexcept { notify(std::numeric_limits<std::size_t>::max()); }
    void notify(std::size_t tasks) noexcept {
        for (; tasks > 0 && !waiters_.empty(); --tasks) waiter::wake_first(waiters_);
    }

private:
    awaiter notified() noexcept { return awaiter(*this); }

    wait_list waiters_;
};

}  // namespace eddy
