#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/result.hpp>
#include <eddy/task.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace eddy {

/// Awaits `awaitable` and gives its outcome as a value: a failure is not thrown but returned.
/// Only `cancelled` still is thrown: it does not concern the awaitable but the task itself.
template <class Awaiter>
class result_awaiter {
public:
    using value_type = std::remove_cvref_t<decltype(std::declval<Awaiter&>().await_resume())>;

    // Made in place by the function: an awaiter does not move.
    template <class Make>
    explicit result_awaiter(Make make) : awaiter_(make()) {}

    // An awaiter that refuses before it waits, say because the task is cancelled, is heard too.
    bool await_ready() {
        try {
            return awaiter_.await_ready();
        } catch (const cancelled&) {
            throw;
        } catch (...) {
            refusal_ = std::current_exception();
            return true;
        }
    }
    decltype(auto) await_suspend(coroutine caller) { return awaiter_.await_suspend(caller); }

    result<value_type> await_resume() {
        if (refusal_) return result<value_type>::failed(refusal_);
        try {
            if constexpr (std::is_void_v<value_type>) {
                awaiter_.await_resume();
                return result<void>();
            } else {
                return result<value_type>(awaiter_.await_resume());
            }
        } catch (const cancelled&) {
            throw;
        } catch (...) {
            return result<value_type>::failed(std::current_exception());
        }
    }

private:
    Awaiter awaiter_;
    std::exception_ptr refusal_;
};

template <class Awaitable>
auto as_result(Awaitable&& awaitable) {
    if constexpr (requires { std::forward<Awaitable>(awaitable).operator co_await(); }) {
        using awaiter = decltype(std::forward<Awaitable>(awaitable).operator co_await());
        return result_awaiter<awaiter>(
            [&] { return std::forward<Awaitable>(awaitable).operator co_await(); });
    } else {
        using awaiter = awaiter_reference<std::remove_reference_t<Awaitable>>;
        return result_awaiter<awaiter>([&] { return awaiter(awaitable); });
    }
}

}  // namespace eddy
