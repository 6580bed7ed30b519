#pragma once

#include <eddy/frame_allocator.hpp>

#include <concepts>
#include <coroutine>
#include <source_location>
#include <type_traits>
#include <utility>

namespace eddy {

class promise_base;

/// A suspended coroutine of one of eddy's types, whichever. Borrowed: the task owns the frame.
class coroutine {
public:
    coroutine() noexcept = default;

    template <std::derived_from<promise_base> Promise>
    coroutine(std::coroutine_handle<Promise> suspended) noexcept : frame_(suspended) {
        // Then the promise of every coroutine begins at the same place of its frame.
        static_assert(alignof(Promise) <= 2 * sizeof(void*));
    }

    /// From the type-erased handle of one of eddy's coroutines.
    static coroutine from(std::coroutine_handle<> frame) noexcept {
        coroutine result;
        result.frame_ = frame;
        return result;
    }

    std::coroutine_handle<> handle() const noexcept { return frame_; }
    promise_base& promise() const noexcept;
    explicit operator bool() const noexcept { return static_cast<bool>(frame_); }

private:
    std::coroutine_handle<> frame_;
};

/// Passes control from a coroutine that has just suspended to `next`, within the running task. To
/// be returned from `await_suspend`.
std::coroutine_handle<> transfer_to(coroutine next) noexcept;

/// Marks the running task as done: its outermost coroutine has ended, and `has_failed` if what it
/// left is an exception.
void finish_running_task(bool has_failed) noexcept;

// An awaiter that stands in the expression of the `co_await`. `await_transform` would return a
// plain reference to it, but GCC 12.2 copies what such a reference refers to.
template <class Awaiter>
class awaiter_reference {
public:
    explicit awaiter_reference(Awaiter& awaiter) noexcept : awaiter_(awaiter) {}
    bool await_ready() { return awaiter_.await_ready(); }
    decltype(auto) await_suspend(coroutine caller) { return awaiter_.await_suspend(caller); }
    decltype(auto) await_resume() { return awaiter_.await_resume(); }

private:
    Awaiter& awaiter_;
};

/// What all of eddy's coroutine types share: recycled frames, the coroutine that awaits this one,
/// and the place where this one stands, for backtraces.
class promise_base {
public:
    static void* operator new(std::size_t size) { return frame_allocator::allocate(size); }
    static void operator delete(void* frame, std::size_t size) noexcept {
        frame_allocator::deallocate(frame, size);
    }

    std::suspend_always initial_suspend() const noexcept { return {}; }

    // A coroutine that ends gives control back to the one that awaits it. The outermost one of a
    // task is awaited by none, and goes: it does not suspend any more, so its frame is destroyed.
    struct final_awaiter {
        bool is_outermost = false;

        bool await_ready() const noexcept { return is_outermost; }
        template <std::derived_from<promise_base> Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            return transfer_to(ended.promise().awaited_by);
        }
        void await_resume() const noexcept {}
    };

    /// Notes where the coroutine stands while it awaits.
    template <class Awaitable>
    decltype(auto)
    await_transform(Awaitable&& awaitable,
                    std::source_location where = std::source_location::current()) noexcept {
        awaiting_at = where;
        if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
            return std::forward<Awaitable>(awaitable).operator co_await();
        } else {
            return awaiter_reference<std::remove_reference_t<Awaitable>>(awaitable);
        }
    }

    coroutine awaited_by;              ///< none for the outermost coroutine of a task
    std::source_location awaiting_at;  ///< where it awaits, or did last; see closure_guard.hpp
};

inline promise_base& coroutine::promise() const noexcept {
    return std::coroutine_handle<promise_base>::from_address(frame_.address()).promise();
}

}  // namespace eddy
