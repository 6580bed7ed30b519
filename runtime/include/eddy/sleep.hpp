#pragma once

#include <eddy/event_loop.hpp>

namespace eddy {

/// Parks the running task until a time.
class [[nodiscard]] sleep_awaiter final : public suspension, private timer {
public:
    explicit sleep_awaiter(time_point until) noexcept : until_(until) {}
    ~sleep_awaiter() {
        assert(!is_armed() &&
               "a coroutine was destroyed while it sleeps: cancel its task first and await that");
    }

    bool await_ready() const {
        checkpoint();
        return false;
    }
    void await_suspend(coroutine caller) {
        event_loop::current()->timers().arm(*this, until_);
        park(caller);
    }
    void await_resume() const { throw_if_interrupted(); }

    void interrupt() noexcept override {
        if (!is_armed()) return;
        parked_task()->loop.timers().disarm(*this);
        wake_interrupted();
    }
    std::string_view what() const noexcept override { return "sleep"; }

private:
    void on_due() noexcept override { wake(); }

    time_point until_;
};

/// Lets the other ready tasks run first. The task stays ready: there is nothing it is parked on.
class [[nodiscard]] yield_awaiter {
public:
    bool await_ready() const {
        checkpoint();
        return false;
    }
    void await_suspend(coroutine caller) const noexcept { event_loop::current()->pause(caller); }
    void await_resume() const noexcept {}
};

/// Waits until `until` on the loop's clock.
inline sleep_awaiter sleep_until(time_point until) noexcept {
    return sleep_awaiter(until);
}

/// Waits for `time`, counted from now. Nothing or less: as `yield`, but through the timers.
inline sleep_awaiter sleep(duration time) noexcept {
    return sleep_awaiter(deadline_after(event_loop::running().kernel().now(), time));
}

/// Puts the running task at the end of the ready queue.
inline yield_awaiter yield() noexcept {
    return {};
}

}  // namespace eddy
