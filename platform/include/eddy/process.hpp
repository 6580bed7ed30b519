#pragma once

#include <eddy/native_handle.hpp>
#include <eddy/resource_usage.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace eddy {

/// How a process ended, and what it had used.
struct process_exit {
    int code = 0;    ///< what it returned, if it ended by itself
    int signal = 0;  ///< what killed it; 0: it ended by itself
    resource_usage used{};

    /// "exit code 3" or "signal 9 (Killed)".
    std::string to_string() const;
};

enum class process_signal : std::uint8_t { terminate, kill };

/// A program to be started, and what it gets from its parent: nothing but this.
struct process_start {
    native_handle executable = invalid_handle;  ///< open, so its file may be replaced meanwhile
    std::string program{};  ///< in place of `executable`: a path, or a name to look for in PATH
    std::vector<std::string> arguments{};    ///< the first one is its own name
    std::vector<std::string> environment{};  ///< "NAME=value"
    std::vector<native_handle> handles{};    ///< there: `inherited_handle`; the executable is last
    std::string working_directory{};         ///< empty: the parent's
    // Its standard handles; invalid: the parent's.
    native_handle input = invalid_handle;
    native_handle output = invalid_handle;
    native_handle error = invalid_handle;
    bool merge_error = false;  ///< the standard error goes where the standard output goes
    bool own_group = false;  ///< leads a group of its own, which no Ctrl-C of the terminal reaches
    bool empty_input = false;  ///< reads /dev/null instead of the parent's standard input
};

/// A child of this process. Its number stays taken until `reap` has given the answer, so a child
/// that is never asked stays a zombie. Does nothing to it when destroyed, except on Windows, where
/// a child with a group of its own ends then, with all that it has started.
class child_process {
public:
    child_process() noexcept = default;
    child_process(child_process&& other) noexcept
        : id_(std::exchange(other.id_, 0)),
          handle_(std::move(other.handle_)),
          group_(std::move(other.group_)) {}
    child_process& operator=(child_process&& other) noexcept {
        id_ = std::exchange(other.id_, 0);
        handle_ = std::move(other.handle_);
        group_ = std::move(other.group_);
        return *this;
    }

    /// Starts a program with default signal dispositions and no signal blocked. An error is
    /// returned in `error`, which is cleared on success. PATH is that of `what.environment`. Throws
    /// std::bad_alloc.
    static child_process start(const process_start& what, std::error_code& error);

    /// Whether there is a child that was not reaped.
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

    std::int64_t id() const noexcept { return id_; }

    /// Becomes readable when the process has ended.
    native_handle handle() const noexcept { return handle_.get(); }

    /// Reaches this child and nobody else, even if it has ended. On Windows a child can be asked to
    /// terminate only if it has a group of its own, and both have a console.
    std::error_code send(process_signal signal) const noexcept;
    /// The same to all of its group; it must have a group of its own.
    std::error_code send_to_group(process_signal signal) const noexcept;

    /// Blocks until it has ended, or for that long (on Windows 49 days at most). Returns whether it
    /// has; without a child, that it has not, at once.
    bool wait(std::chrono::milliseconds timeout) const noexcept;

    /// How it ended; none while it runs. After an answer or an error there is no child any more.
    std::optional<process_exit> reap(std::error_code& error) noexcept;

private:
    std::int64_t id_ = 0;
    unique_handle handle_;
    unique_handle group_;  // a job, on Windows
};

/// What the parent has passed in `process_start::handles`, by its place there. Meaningless in a
/// process that was given none.
native_handle inherited_handle(std::size_t place) noexcept;

/// The parent of a process that was given handles, where passing handles to it needs that
/// (Windows); else invalid.
native_handle parent_process() noexcept;

/// The program that this process runs, even if its file was replaced or deleted since.
unique_handle open_own_executable(std::error_code& error) noexcept;

/// The environment of this process, as `process_start` takes it.
std::vector<std::string> current_environment();

/// Whether these are two names of one variable: on Windows upper and lower case are the same.
bool is_same_variable(std::string_view one, std::string_view other) noexcept;

/// The value of an environment variable, which is removed. Only while there is one thread.
std::optional<std::string> take_from_environment(const char* name);

/// Sees to it that the programs this process starts do not get the handle.
std::error_code close_on_exec(native_handle handle) noexcept;

/// From now on this process is killed, with its group if it leads one, when nobody holds the other
/// end of `socket` any more; so it cannot outlive a parent that does. Throws std::system_error.
/// (On Windows the group alone sees to that, and the process must lead one.)
void die_with_peer(native_handle socket);

}  // namespace eddy
