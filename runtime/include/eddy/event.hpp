#pragma once

#include <eddy/wait_list.hpp>

#include <cassert>

namespace eddy {

/// A flag that tasks can wait for. Starts unset.
class event {
public:
    class [[nodiscard]] awaiter final : public waiter {
    public:
        explicit awaiter(event& on) noexcept : on_(on) {}

        bool await_ready() const {
            checkpoint();
            return on_.set_;
        }
        void await_suspend(coroutine caller) noexcept {
            on_.waiters_.push_back(*this);
            park(caller);
        }
        void await_resume() const { throw_if_interrupted(); }
        std::string_view what() const noexcept override { return "event"; }

    private:
        event& on_;
    };

    event() noexcept = default;
    event(const event&) = delete;
    event& operator=(const event&) = delete;
    ~event() { assert(waiters_.empty() && "tasks still wait for this event"); }

    /// Waits until the event is set. Returns at once if it already is.
    awaiter wait() noexcept { return awaiter(*this); }

    /// Wakes all who wait, in the order in which they came.
    void set() noexcept {
        set_ = true;
        while (!waiters_.empty()) waiter::wake_first(waiters_);
    }

    /// From now on tasks wait again. Those that `set` has woken go on.
    void clear() noexcept { set_ = false; }

    bool is_set() const noexcept { return set_; }

private:
    // While it is set, nobody waits.
    bool set_ = false;
    wait_list waiters_;
};

}  // namespace eddy
