#pragma once

#include <eddy/blocking_pool.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/task.hpp>

#include <utility>

namespace eddy {

/// Says to `to_thread` that a cancelled task need not wait for the work.
struct abandon_on_cancel_t {};
inline constexpr abandon_on_cancel_t abandon_on_cancel;

/// Makes a call that blocks without blocking the loop: `co_await to_thread(f, arguments…)` calls it
/// on a thread of `blocking_pool::shared()`. A thread cannot be interrupted, so a task that is
/// cancelled meanwhile waits for the call to end, unless it has not started.
template <class... Arguments, submittable<Arguments...> Function>
task<call_result<Function, Arguments...>> to_thread(Function f, Arguments... arguments) {
    checkpoint();
    auto call = blocking_pool::shared().submit(std::move(f), std::move(arguments)...);
    co_return co_await call;
}

/// The same, but a task that is cancelled goes on at once and leaves the call behind, to end some
/// time: it must not use anything that the task owns. Nobody hears of it if it fails. Only the end
/// of the program waits for it, as for every call on the pool.
template <class... Arguments, submittable<Arguments...> Function>
task<call_result<Function, Arguments...>> to_thread(abandon_on_cancel_t, Function f,
                                                    Arguments... arguments) {
    checkpoint();
    auto call = blocking_pool::shared().submit(std::move(f), std::move(arguments)...);
    co_return co_await call.or_abandon();
}

}  // namespace eddy
