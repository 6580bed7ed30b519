#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/future_awaiter.hpp>
#include <eddy/future_state.hpp>
#include <eddy/task.hpp>

#include <cassert>
#include <chrono>
#include <concepts>

namespace eddy {

/// The result of work that somebody else does, once it is there. Every pool's `submit` gives one.
/// Destroying it cancels nothing, and reports an exception that nobody has seen. Any thread may
/// call anything, but one of them only `result`, once, for it moves the result out, and
/// `exception`.
template <class T>
class future {
public:
    using value_type = T;

    /// No future at all: `is_valid` is false and nothing else may be called.
    future() noexcept = default;
    /// Takes over the consumer's end of what a producer has made.
    explicit future(future_state<T>& state) noexcept : state_(&state) {}
    future(future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    future& operator=(future&& other) noexcept {
        future old(std::move(*this));
        state_ = std::exchange(other.state_, nullptr);
        return *this;
    }
    ~future() {
        if (state_ != nullptr) state_->drop_consumer();
    }

    bool is_valid() const noexcept { return state_ != nullptr; }

    /// Whether it has ended: with a value, with an exception, or cancelled.
    bool done() const noexcept { return core().is_done(); }
    bool running() const noexcept { return core().is_running(); }
    bool cancelled() const noexcept { return core().is_cancelled(); }

    /// Blocks the thread until the work is done; a worker of the same pool does it meanwhile, if it
    /// can. Returns the result or throws the exception; `task_cancelled` if it was cancelled.
    T result() {
        core().wait();
        return take();
    }
    /// The same, but throws `timeout_error` if the work takes longer. It goes on all the same.
    T result(std::chrono::nanoseconds timeout) {
        wait_for(timeout);
        return take();
    }

    /// Blocks as `result` does. The exception, `task_cancelled` included, or null if there is none.
    std::exception_ptr exception() {
        core().wait();
        return error();
    }
    std::exception_ptr exception(std::chrono::nanoseconds timeout) {
        wait_for(timeout);
        return error();
    }

    /// Cancels work that has not started; asks a process to end what is running. True: there will
    /// be no result. False: it is done, or runs on a thread and cannot be stopped.
    bool cancel(cancel_mode mode = cancel_mode::stop) noexcept {
        const bool will_end = core().cancel(mode);
        core().run_callbacks();
        return will_end;
    }

    /// Calls `f` once the work is done, on the thread that finishes it, which it must not hold up;
    /// at once if it is done already. `f` must not throw.
    template <std::invocable Callback>
    void on_done(Callback f) {
        core().on_done(std::move(f));
    }

    /// Parks the task until the work is done. If the task is cancelled, so is the work, as `cancel`
    /// does it, and its end is waited for: what runs on a thread goes on until it returns, what
    /// runs in another process is asked to stop and killed after the grace.
    future_awaiter<T> operator co_await() noexcept {
        return future_awaiter<T>(state(), when_cancelled::wait);
    }
    /// The same, but a cancelled task leaves running work behind and goes on at once. Nobody hears
    /// of it then if the work fails.
    future_awaiter<T> or_abandon() noexcept {
        return future_awaiter<T>(state(), when_cancelled::abandon);
    }

    /// For those who wait for several futures at once.
    future_core& core() const noexcept { return state(); }

private:
    future_state<T>& state() const noexcept {
        assert(state_ != nullptr && "this future was moved from, or never was one");
        return *state_;
    }

    void wait_for(std::chrono::nanoseconds timeout) {
        if (!core().wait_until(deadline_after(timeout)))
            throw timeout_error("the result of a future took too long");
    }

    T take() {
        if (cancelled()) throw task_cancelled("a submitted call");
        state().is_seen = true;
        return std::move(state().outcome).value();
    }

    std::exception_ptr error() {
        if (cancelled()) return std::make_exception_ptr(task_cancelled("a submitted call"));
        state().is_seen = true;
        return state().outcome.error();
    }

    future_state<T>* state_ = nullptr;
};

/// A task that awaits a future: makes `gather(pool.submit(f), pool.submit(g))` possible.
template <class T>
task<T> to_task(future<T> submitted) {
    co_return co_await submitted;
}

}  // namespace eddy
