#pragma once

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <concepts>
#include <functional>
#include <utility>

namespace eddy {

template <class F, class... Arguments>
task<> call_at_time(time_point when, F f, Arguments... arguments) {
    co_await sleep_until(when);
    checkpoint();  // it may have been cancelled after its timer was due
    std::invoke(std::move(f), std::move(arguments)...);
}

template <class F, class... Arguments>
task<> call_in_turn(F f, Arguments... arguments) {
    checkpoint();
    std::invoke(std::move(f), std::move(arguments)...);
    co_return;
}

/// Calls `f` with the arguments after the tasks that are ready now. Like the other two, in a task
/// of its own: cancelling the handle cancels the call, and an exception goes where a task's does.
template <class F, class... Arguments>
    requires std::invocable<F, Arguments...>
task_handle<void> call_soon(F f, Arguments... arguments) {
    return create_task(call_in_turn(std::move(f), std::move(arguments)...));
}

/// Calls `f` at a time of the loop's clock.
template <class F, class... Arguments>
    requires std::invocable<F, Arguments...>
task_handle<void> call_at(time_point when, F f, Arguments... arguments) {
    return create_task(call_at_time(when, std::move(f), std::move(arguments)...));
}

/// Calls `f` after a time from now.
template <class F, class... Arguments>
    requires std::invocable<F, Arguments...>
task_handle<void> call_later(duration delay, F f, Arguments... arguments) {
    return call_at(deadline_after(event_loop::running().kernel().now(), delay), std::move(f),
                   std::move(arguments)...);
}

}  // namespace eddy
