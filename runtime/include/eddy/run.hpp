#pragma once

#include <eddy/create_task.hpp>
#include <eddy/run_options.hpp>

#include <memory>
#include <stdexcept>

namespace eddy {

/// What `run` throws when Ctrl-C has ended the main task.
struct keyboard_interrupt : std::runtime_error {
    keyboard_interrupt() : std::runtime_error("interrupted by Ctrl-C") {}
};

/// Turns the first Ctrl-C into cancellation of a task, and lets the second end the process. Does
/// nothing where the program handles SIGINT itself, or another `run` does already.
class interrupt_guard {
public:
    explicit interrupt_guard(task_control& main);
    ~interrupt_guard();

    /// Whether Ctrl-C has cancelled the task.
    bool was_interrupted() const noexcept;

private:
    class listener;
    std::unique_ptr<listener> listener_;
};

/// Does what the options say, for as long as it lives, to a loop that was made for them.
class run_settings {
public:
    run_settings(event_loop& loop, const run_options& options);
    ~run_settings();

private:
    class task_printer;
    std::unique_ptr<task_printer> printer_;
};

/// Makes a loop, runs `work` on it to its end, then cancels and awaits what is left. Returns the
/// result of `work` or throws its exception. Ctrl-C cancels `work`; if that is what ended it,
/// `keyboard_interrupt` is thrown.
template <class T>
T run(const run_options& options, task<T> work) {
    event_loop loop(make_backend(options.backend()));
    const run_settings settings(loop, options);
    const auto main = loop.start(std::move(work));
    main->set_name("main");
    const interrupt_guard ctrl_c(*main);
    loop.run_until_done(*main);
    if (ctrl_c.was_interrupted() && main->ended_cancelled()) {
        main->error_unseen = false;
        throw keyboard_interrupt();
    }
    return take_result(*main);
}

template <class T>
T run(task<T> work) {
    return run(run_options(), std::move(work));
}

/// The same with a callable that makes the task: `run(serve, 8080)`.
template <class F, class... Arguments>
    requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
auto run(const run_options& options, F&& f, Arguments&&... arguments) {
    return run(options, to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

template <class F, class... Arguments>
    requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
auto run(F&& f, Arguments&&... arguments) {
    return run(to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

}  // namespace eddy
