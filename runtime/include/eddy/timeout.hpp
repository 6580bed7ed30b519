#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

#include <optional>

namespace eddy {

/// A scope around a part of the running task that is cancelled when a deadline passes.
class deadline_scope final : public nested_scope, private timer {
public:
    explicit deadline_scope(time_point deadline) : timers_(event_loop::current()->timers()) {
        timers_.arm(*this, deadline);
    }
    /// The deadline is so long from now.
    explicit deadline_scope(duration time)
        : deadline_scope(deadline_after(event_loop::current()->kernel().now(), time)) {}
    ~deadline_scope() {
        if (is_armed()) timers_.disarm(*this);
    }

private:
    void on_due() noexcept override { cancel(); }

    timer_queue& timers_;
};

[[noreturn]] void throw_timed_out();

template <class T, class Limit>
task<T> await_within(Limit limit, task<T> work) {
    deadline_scope scope(limit);
    try {
        co_return co_await std::move(work);
    } catch (const cancelled&) {
        if (!scope.absorbs_cancellation()) throw;
    }
    throw_timed_out();
}

/// Awaits `work` in the running task until `deadline` on the loop's clock. Then cancels it, waits
/// for it to end and throws `timeout_error`; but if it ended with a result, that is returned.
template <class T>
task<T> with_deadline(time_point deadline, task<T> work) {
    return await_within(deadline, std::move(work));
}

/// The same with a time from now, counted from when it is awaited.
template <class T>
task<T> with_timeout(duration time, task<T> work) {
    return await_within(time, std::move(work));
}

/// Like `with_timeout`, but time running out is no error: gives no value then.
template <class T>
task<std::optional<T>> move_on_after(duration time, task<T> work) {
    deadline_scope scope(time);
    try {
        co_return co_await std::move(work);
    } catch (const cancelled&) {
        if (!scope.absorbs_cancellation()) throw;
    }
    co_return std::nullopt;
}

/// For work without a result: whether it was done in time.
task<bool> move_on_after(duration time, task<void> work);

/// Lets `work` finish even if the running task is cancelled meanwhile. Its result is returned; the
/// cancellation comes at the next suspension point after it.
template <class T>
task<T> shield(task<T> work) {
    const nested_scope scope(true);
    co_return co_await std::move(work);
}

}  // namespace eddy
