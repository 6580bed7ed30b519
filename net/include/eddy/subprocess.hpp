#pragma once

#include <eddy/attachment.hpp>
#include <eddy/command.hpp>
#include <eddy/pipe_stream.hpp>
#include <eddy/process.hpp>

#include <cassert>
#include <memory>
#include <optional>
#include <string>

namespace eddy {

/// A program that runs beside this one. Belongs to the loop it was started on, and is not moved
/// while a task is in `wait` or `stop`; several may be. Whoever lets a process write to pipes has
/// to read them, or it waits for ever; `run_process` does.
class subprocess {
public:
    /// Starts it, inside a running loop, which this holds until the system has it running: a
    /// millisecond or more. Throws std::system_error that names the program if there is no such
    /// program, if it may not be run or if its folder does not exist.
    static subprocess start(const command& what);

    subprocess(subprocess&& other) noexcept = default;
    subprocess& operator=(subprocess&& other) = delete;
    /// Kills it if it still runs, with its group if it leads one, and waits the moment that takes:
    /// much longer, seconds, only where the system cannot end it or a debugger holds on to it.
    ~subprocess();

    std::int64_t id() const noexcept { return child_.id(); }

    /// What it reads, and what it writes. Only for a stream that `command` redirects to a pipe.
    pipe_stream& input() noexcept { return stream(input_); }
    pipe_stream& output() noexcept { return stream(output_); }
    pipe_stream& error() noexcept { return stream(error_); }

    /// Waits for its end. A task that is cancelled meanwhile leaves it running. Throws
    /// std::system_error where that cannot be told (`no_child_process`): SIGCHLD is ignored, or
    /// something else waits for all children.
    task<process_exit> wait();

    /// Sends a signal, to its group if it leads one. An error if it has ended and `wait` has told,
    /// or if it cannot be reached: on Windows only the leader of a group can be asked to terminate.
    std::error_code send(process_signal signal) const noexcept;

    /// Asks it to terminate, kills it if it has not after `grace` or cannot be asked, and waits for
    /// its end. Of its own group nobody is left, unless `wait` had told of its end before. A task
    /// that is cancelled meanwhile leaves it asked but not killed: `shield` where that matters.
    task<process_exit> stop(duration grace);

    /// How it ended, as soon as `wait` or `stop` has told.
    const std::optional<process_exit>& exit() const noexcept { return exit_; }

private:
    explicit subprocess(const command& what)
        : program_(what.program()), leads_group_(what.has_own_group()) {}

    static pipe_stream& stream(std::optional<pipe_stream>& which) noexcept {
        assert(which && "this stream of the process is no pipe");
        return *which;
    }

    void follow_end();
    task<> ended();
    bool reap();
    [[noreturn]] void throw_lost() const;

    std::string program_;
    bool leads_group_;
    bool is_stopping_ = false;
    std::optional<pipe_stream> input_;
    std::optional<pipe_stream> output_;
    std::optional<pipe_stream> error_;
    child_process child_;
    std::unique_ptr<attachment> followed_;  // as long as there is a child
    unsigned times_asked_ = 0;              // how often the system was asked how it ended
    std::optional<process_exit> exit_;
    std::error_code lost_;  // why nobody can tell how it ended
};

}  // namespace eddy
