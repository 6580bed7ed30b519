#include "program_search.hpp"
#include "spawn.hpp"

#include <cstdlib>
#include <thread>

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace eddy {
namespace {

// glibc's waitid does not give the resources that the kernel's does (waitid(2), "C library/kernel
// differences").
int wait_for_id(int handle, siginfo_t& info, rusage& used) noexcept {
    return static_cast<int>(retry_interrupted(
        [&] { return ::syscall(SYS_waitid, P_PIDFD, handle, &info, WEXITED | WNOHANG, &used); }));
}

process_exit exit_of(const siginfo_t& info, const rusage& used) noexcept {
    process_exit result;
    (info.si_code == CLD_EXITED ? result.code : result.signal) = info.si_status;
    result.used.cpu_time = cpu_time_of(used);
    result.used.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;  // kibibytes
    return result;
}

}  // namespace

child_process child_process::start(const process_start& what, std::error_code& error) {
    error.clear();
    const bool is_open = what.executable != invalid_handle;
    const int places = first_passed + static_cast<int>(what.handles.size()) + (is_open ? 1 : 0);
    // The child's own name for the executable: what it was opened as may be another file by now.
    const std::string path =
        is_open ? "/proc/self/fd/" + std::to_string(places - 1) : find_program(what, error);
    if (error) return {};
    const std::vector<placed_handle> handles = places_of(what);
    const std::vector<unique_handle> copies = copies_above(places, handles, error);
    if (error) return {};

    file_actions actions;
    int failed = put_in_place(actions, what, handles, copies);
    if (failed == 0) failed = ::posix_spawn_file_actions_addclosefrom_np(actions.get(), places);
    const spawn_attributes attributes(what.own_group, 0);
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
    started.handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
    if (started) return started;
    error = last_error();
    if (error == std::errc::no_such_process) {
        // It has ended and was forgotten: its number may be another's by now.
        error = system_error_code(ECHILD);
        return {};
    }
    ::kill(id, SIGKILL);
    retry_interrupted([&] { return ::waitpid(id, nullptr, 0); });
    return started;
}

std::error_code child_process::send(process_signal signal) const noexcept {
    if (!*this) return system_error_code(ESRCH);
    if (::syscall(SYS_pidfd_send_signal, handle(), native(signal), nullptr, 0) < 0)
        return last_error();
    return {};
}

std::optional<process_exit> child_process::reap(std::error_code& error) noexcept {
    error.clear();
    siginfo_t info{};
    rusage used{};
    if (wait_for_id(handle(), info, used) < 0) {
        error = last_error();
        handle_.reset();
        return std::nullopt;
    }
    if (info.si_pid == 0) return std::nullopt;
    handle_.reset();
    return exit_of(info, used);
}

unique_handle open_own_executable(std::error_code& error) noexcept {
    unique_handle opened(::open("/proc/self/exe", O_PATH | O_CLOEXEC));
    error = opened ? std::error_code() : last_error();
    return opened;
}

void die_with_peer(native_handle socket) {
    // Signals are for the program's own threads.
    const signals_held_back in_the_new_thread;
    std::thread([socket] {
        // Asked for nothing, poll still tells that the other end is closed in both directions.
        pollfd asked{.fd = socket, .events = 0, .revents = 0};
        retry_interrupted([&] { return ::poll(&asked, 1, -1); });
        if (::getpgrp() == ::getpid()) ::kill(0, SIGKILL);
        ::_exit(EXIT_FAILURE);
    }).detach();
}

}  // namespace eddy
