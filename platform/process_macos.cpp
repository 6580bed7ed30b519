#include "program_search.hpp"
#include "spawn.hpp"

#include <cstdint>
#include <cstdlib>
#include <thread>

#include <limits.h>
#include <mach-o/dyld.h>
#include <sys/event.h>
#include <sys/wait.h>

namespace eddy {
namespace {

// macOS runs a program by its path only. Where the file was moved, the handle knows its new path;
// where another one was put in its place, that one is run.
std::string path_of(native_handle file, std::error_code& error) {
    char path[PATH_MAX];
    if (::fcntl(file, F_GETPATH, path) >= 0) return path;
    error = last_error();
    return {};
}

// Readable for good: the end of a pipe that nobody writes to.
unique_handle open_ended_pipe(std::error_code& error) noexcept {
    int both[2];
    if (::pipe(both) < 0) {
        error = last_error();
        return {};
    }
    ::close(both[1]);
    ::fcntl(both[0], F_SETFD, FD_CLOEXEC);
    return unique_handle(both[0]);
}

// What Linux has in a pidfd: a queue of one event, the end of the process, which nobody ever takes
// out. A queue can be waited for like any other handle, and is readable while it has an event.
unique_handle follow_process(pid_t id, std::error_code& error) noexcept {
    unique_handle queue(::kqueue());
    if (!queue) {
        error = last_error();
        return {};
    }
    struct kevent end{};
    end.ident = static_cast<std::uintptr_t>(id);
    end.filter = EVFILT_PROC;
    end.flags = EV_ADD | EV_ONESHOT;
    end.fflags = NOTE_EXIT;
    if (::kevent(queue.get(), &end, 1, nullptr, 0, nullptr) == 0) return queue;
    // It has not been reaped, so it is there; but one that has ended can no longer be followed.
    if (errno == ESRCH) return open_ended_pipe(error);
    error = last_error();
    return {};
}

process_exit exit_of(int status, const rusage& used) noexcept {
    process_exit result;
    if (WIFEXITED(status))
        result.code = WEXITSTATUS(status);
    else
        result.signal = WTERMSIG(status);
    result.used.cpu_time = cpu_time_of(used);
    result.used.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss);  // bytes, on macOS
    return result;
}

// Everything is closed in the child but what the actions name. A stream that is replaced later is
// none the worse for it.
int keep_standard_streams(file_actions& actions, const process_start& what) noexcept {
    int failed = 0;
    for (int stream = what.empty_input ? STDOUT_FILENO : STDIN_FILENO; stream < first_passed;
         ++stream) {
        const bool is_open = ::fcntl(stream, F_GETFD) >= 0;
        if (failed == 0 && is_open)
            failed = ::posix_spawn_file_actions_addinherit_np(actions.get(), stream);
    }
    return failed;
}

}  // namespace

child_process child_process::start(const process_start& what, std::error_code& error) {
    error.clear();
    const bool is_open = what.executable != invalid_handle;
    const int places = first_passed + static_cast<int>(what.handles.size()) + (is_open ? 1 : 0);
    const std::string path = is_open ? path_of(what.executable, error) : find_program(what, error);
    if (error) return {};
    const std::vector<placed_handle> handles = places_of(what);
    const std::vector<unique_handle> copies = copies_above(places, handles, error);
    if (error) return {};

    file_actions actions;
    int failed = keep_standard_streams(actions, what);
    if (failed == 0) failed = put_in_place(actions, what, handles, copies);
    const spawn_attributes attributes(what.own_group, POSIX_SPAWN_CLOEXEC_DEFAULT);
    child_process started;
    pid_t id = 0;
    if (failed == 0)
        failed =
            ::posix_spawn(&id, path.c_str(), actions.get(), attributes.get(),
                          pointers_to(what.arguments).data(), pointers_to(what.environment).data());
    if (failed != 0) {
        error = system_error_code(failed);
        return {};
    }
    started.id_ = id;
    started.handle_ = follow_process(id, error);
    if (!started) {
        ::kill(id, SIGKILL);
        retry_interrupted([&] { return ::waitpid(id, nullptr, 0); });
    }
    return started;
}

std::error_code child_process::send(process_signal signal) const noexcept {
    // The number is taken until the child is reaped, so it cannot be somebody else's.
    if (!*this) return system_error_code(ESRCH);
    if (::kill(static_cast<pid_t>(id_), native(signal)) < 0) return last_error();
    return {};
}

std::optional<process_exit> child_process::reap(std::error_code& error) noexcept {
    error.clear();
    // The event comes a moment before the process can be reaped: wait for that moment.
    if (!wait(std::chrono::milliseconds(0))) return std::nullopt;
    int status = 0;
    rusage used{};
    const pid_t reaped =
        retry_interrupted([&] { return ::wait4(static_cast<pid_t>(id_), &status, 0, &used); });
    if (reaped < 0) error = last_error();
    handle_.reset();
    if (error) return std::nullopt;
    return exit_of(status, used);
}

unique_handle open_own_executable(std::error_code& error) noexcept {
    char path[PATH_MAX];
    std::uint32_t size = sizeof path;
    if (::_NSGetExecutablePath(path, &size) != 0) {
        error = system_error_code(ENAMETOOLONG);
        return {};
    }
    unique_handle opened(::open(path, O_RDONLY | O_CLOEXEC));
    error = opened ? std::error_code() : last_error();
    return opened;
}

void die_with_peer(native_handle socket) {
    // The peer is gone when nothing can be written any more; having shut down its own side, it is
    // still there.
    unique_handle queue(::kqueue());
    struct kevent end{};
    end.ident = static_cast<std::uintptr_t>(socket);
    end.filter = EVFILT_WRITE;
    end.flags = EV_ADD | EV_CLEAR;
    if (!queue || ::kevent(queue.get(), &end, 1, nullptr, 0, nullptr) < 0)
        throw std::system_error(last_error(), "follow the parent");
    // Signals are for the program's own threads.
    const signals_held_back in_the_new_thread;
    std::thread([followed = queue.release()] {
        struct kevent event{};
        while ((event.flags & EV_EOF) == 0) {
            retry_interrupted([&] { return ::kevent(followed, nullptr, 0, &event, 1, nullptr); });
        }
        if (::getpgrp() == ::getpid()) ::kill(0, SIGKILL);
        ::_exit(EXIT_FAILURE);
    }).detach();
}

}  // namespace eddy
