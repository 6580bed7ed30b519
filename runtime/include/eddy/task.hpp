#pragma once

#include <eddy/closure_guard.hpp>
#include <eddy/coroutine.hpp>
#include <eddy/result.hpp>

#include <cassert>
#include <exception>

namespace eddy {

template <class T = void>
class task;

// The result goes straight to whoever waits for it: the awaiter in the frame above, or the spawned
// task. So the frame can be destroyed as soon as the coroutine has ended.
template <class T>
class result_promise : public promise_base {
public:
    void unhandled_exception() noexcept { into->set_error(std::current_exception()); }

    final_awaiter final_suspend() const noexcept {
        if (awaited_by) return {};
        finish_running_task(static_cast<bool>(into->error()));
        return {.is_outermost = true};
    }

    result<T>* into;  // once it is started
};

template <class T>
class returning_promise : public result_promise<T> {
public:
    template <class U = T>
        requires std::convertible_to<U&&, T>
    void return_value(U&& value) {
        this->into->set_value(std::forward<U>(value));
    }
};

template <>
class returning_promise<void> : public result_promise<void> {
public:
    void return_void() noexcept { into->set_value(); }
};

/// A piece of work written as a coroutine. Lazy: it starts when it is awaited, in the task of the
/// one who awaits it, or when it is handed to `create_task`, `gather` or `run`. Awaited once.
template <class T>
class [[nodiscard("a task does nothing until it is awaited")]] task {
public:
    using value_type = T;

    class promise_type : public returning_promise<T> {
    public:
        task get_return_object() noexcept {
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
    };

    task(task&& other) noexcept : frame_(other.release()) {}
    task& operator=(task&& other) noexcept {
        if (this != &other) {
            if (frame_) frame_.destroy();
            frame_ = other.release();
        }
        return *this;
    }
    ~task() {
        if (frame_) frame_.destroy();
    }

    /// Whether there is work left: false after it was moved from or awaited.
    explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

    void assert_has_work() const noexcept {
        assert(frame_ &&
               "this task was moved from or awaited before: a task is awaited once, call its "
               "function again for another one");
    }

    /// Whether it was made by calling a lambda with captures, which die with the lambda. Known only
    /// where asserts are on, and until it starts.
    bool needs_its_closure() const noexcept {
        return asserts_are_on && frame_ && frame_.promise().awaiting_at.line() != 0;
    }

    class awaiter {
    public:
        explicit awaiter(task&& work) noexcept : work_(std::move(work)) { work_.assert_has_work(); }

        bool await_ready() const noexcept { return false; }

        std::coroutine_handle<> await_suspend(coroutine caller) noexcept {
            work_.frame_.promise().awaited_by = caller;
            work_.frame_.promise().into = &result_;
            return transfer_to(work_.frame_);
        }

        T await_resume() { return std::move(result_).value(); }

    private:
        task work_;
        result<T> result_;
    };

    awaiter operator co_await() && noexcept { return awaiter(std::move(*this)); }

    /// For those who drive it otherwise than by `co_await`: its frame, which `release` hands over.
    std::coroutine_handle<promise_type> handle() const noexcept { return frame_; }
    std::coroutine_handle<promise_type> release() noexcept { return std::exchange(frame_, {}); }

private:
    explicit task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

}  // namespace eddy
