#pragma once

#include <string>
#include <utility>

namespace eddy {

/// How `run` runs: `run(run_options().debug(true), serve, 8080)`.
class run_options {
public:
    run_options() = default;

    /// The loop's backend: "io_uring", "epoll", … The default is what EDDY_BACKEND says, else the
    /// best of this machine.
    run_options& backend(std::string name) {
        backend_ = std::move(name);
        return *this;
    }
    const std::string& backend() const noexcept { return backend_; }

    /// Warns about tasks that hold the loop for long, as EDDY_DEBUG=1 does.
    run_options& debug(bool wanted) {
        debug_ = wanted;
        return *this;
    }
    bool debug() const noexcept { return debug_; }

    /// SIGQUIT (Ctrl-\) does not end the program but prints all tasks to standard error.
    run_options& print_tasks_on_quit(bool wanted) {
        print_tasks_on_quit_ = wanted;
        return *this;
    }
    bool print_tasks_on_quit() const noexcept { return print_tasks_on_quit_; }

    /// Records what the tasks do in this file: see `event_loop::trace_to`.
    run_options& trace_to(std::string file) {
        trace_file_ = std::move(file);
        return *this;
    }
    const std::string& trace_file() const noexcept { return trace_file_; }

private:
    std::string backend_;
    bool debug_ = false;
    bool print_tasks_on_quit_ = false;
    std::string trace_file_;
};

}  // namespace eddy
