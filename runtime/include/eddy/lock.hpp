#pragma once

#include <eddy/wait_list.hpp>

#include <cassert>
#include <utility>

namespace eddy {

/// Lets one task at a time into a stretch of code that suspends. First come, first served. Tasks of
/// one loop never run at the same time: code that does not suspend needs no lock.
class lock {
public:
    /// The lock held; released by its destructor.
    class [[nodiscard]] guard {
    public:
        explicit guard(lock& held) noexcept : held_(&held) {}
        guard(guard&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
        guard& operator=(guard&& other) noexcept {
            if (this != &other) {
                release();
                held_ = std::exchange(other.held_, nullptr);
            }
            return *this;
        }
        ~guard() { release(); }

        void release() noexcept {
            if (lock* const held = std::exchange(held_, nullptr)) held->release();
        }

    private:
        lock* held_;
    };

    class [[nodiscard]] awaiter final : public waiter {
    public:
        explicit awaiter(lock& wanted) noexcept : wanted_(wanted) {}

        bool await_ready() const {
            checkpoint();
            return !std::exchange(wanted_.is_held_, true);
        }
        void await_suspend(coroutine caller) noexcept {
            wanted_.waiters_.push_back(*this);
            park(caller);
        }
        guard await_resume() const {
            throw_if_interrupted();
            wanted_.holder_ = event_loop::running_task().share();
            guard held(wanted_);
            // Chosen, and cancelled before it ran: the lock goes on to the next.
            checkpoint();
            return held;
        }
        std::string_view what() const noexcept override { return "lock"; }
        const task_control* waits_for_task() const noexcept override {
            return wanted_.holder_.get();
        }

    private:
        lock& wanted_;
    };

    lock() noexcept = default;
    lock(const lock&) = delete;
    lock& operator=(const lock&) = delete;
    ~lock() { assert(!is_held_ && waiters_.empty() && "this lock is still in use"); }

    /// Waits until the lock is free and takes it: `const auto held = co_await m.acquire();`
    awaiter acquire() noexcept { return awaiter(*this); }

    bool is_held() const noexcept { return is_held_; }

private:
    // The lock is handed over held, so that nobody can come between.
    void release() noexcept {
        holder_ = counted_ptr<task_control>();
        if (waiters_.empty()) {
            is_held_ = false;
        } else {
            waiter::wake_first(waiters_);
        }
    }

    // While anybody waits, the lock is held.
    bool is_held_ = false;
    counted_ptr<task_control> holder_;  // who took it, for those who ask who holds it up
    wait_list waiters_;
};

}  // namespace eddy
