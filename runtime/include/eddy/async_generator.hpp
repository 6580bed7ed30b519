#pragma once

#include <eddy/coroutine.hpp>

#include <cassert>
#include <exception>
#include <memory>
#include <optional>

namespace eddy {

/// A coroutine that gives many values, each when it is asked for: `co_yield` in it, and
/// `while (auto value = co_await numbers.next())` around it. It runs in the task of the one who
/// asks, and may await in between; only one may ask at a time. Destroying it before its end
/// destroys what it holds.
template <class T>
class [[nodiscard]] async_generator {
public:
    class promise_type : public promise_base {
    public:
        async_generator get_return_object() noexcept {
            return async_generator(std::coroutine_handle<promise_type>::from_promise(*this));
        }

        // Hands control back to the one who asked. The value stays where it is, in the expression
        // of the `co_yield`, until the next one is asked for.
        struct yield_awaiter {
            bool await_ready() const noexcept { return false; }
            std::coroutine_handle<>
            await_suspend(std::coroutine_handle<promise_type> self) const noexcept {
                return transfer_to(self.promise().awaited_by);
            }
            void await_resume() const noexcept {}
        };

        yield_awaiter yield_value(T&& value) noexcept {
            value_ = std::addressof(value);
            return {};
        }
        yield_awaiter yield_value(const T& value)
            requires std::copy_constructible<T>
        {
            copy_.emplace(value);
            value_ = std::addressof(*copy_);
            return {};
        }

        void return_void() noexcept {}
        void unhandled_exception() noexcept { error_ = std::current_exception(); }
        final_awaiter final_suspend() const noexcept { return {}; }

        // The awaiters of `co_yield` are our own and need no look at where they stand.
        yield_awaiter await_transform(yield_awaiter each) noexcept { return each; }
        using promise_base::await_transform;

    private:
        friend class async_generator;

        void begin_to_run() noexcept {
            assert(!is_running_ &&
                   "another task waits for the next value of this generator: one task may ask at a "
                   "time");
            is_running_ = true;
        }

        bool is_running_ = false;
        T* value_ = nullptr;
        std::optional<T> copy_;
        std::exception_ptr error_;
    };

    async_generator(async_generator&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
    async_generator& operator=(async_generator&& other) noexcept {
        std::swap(frame_, other.frame_);
        return *this;
    }
    ~async_generator() {
        if (frame_) frame_.destroy();
    }

    class next_awaiter {
    public:
        explicit next_awaiter(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

        bool await_ready() const noexcept { return frame_.done(); }
        std::coroutine_handle<> await_suspend(coroutine caller) const noexcept {
            frame_.promise().begin_to_run();
            frame_.promise().awaited_by = caller;
            frame_.promise().value_ = nullptr;
            return transfer_to(frame_);
        }
        std::optional<T> await_resume() const {
            promise_type& generator = frame_.promise();
            generator.is_running_ = false;
            if (generator.error_) std::rethrow_exception(std::exchange(generator.error_, {}));
            if (frame_.done()) return std::nullopt;
            return std::optional<T>(std::move(*generator.value_));
        }

    private:
        std::coroutine_handle<promise_type> frame_;
    };

    /// Runs on to the next value. Empty after the last one. Throws what the generator throws, once;
    /// then it has ended.
    next_awaiter next() noexcept {
        assert(frame_ && "this generator was moved from");
        return next_awaiter(frame_);
    }

private:
    explicit async_generator(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

    std::coroutine_handle<promise_type> frame_;
};

}  // namespace eddy
