#pragma once

#include <eddy/create_task.hpp>

namespace eddy {

/// Makes a loop, runs `work` on it to its end, then cancels and awaits what is left. Returns the
/// result of `work` or throws its exception.
template <class T>
T run(task<T> work) {
    event_loop loop;
    return loop.run_until_complete(std::move(work));
}

/// The same with a callable that makes the task: `run(serve, 8080)`.
template <class F, class... Arguments>
requires task_function < std::decay_t<F>
&, std::decay_t<Arguments>&&... > auto run(F&& f, Arguments&&... arguments) {
    return run(to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

}  // namespace eddy
