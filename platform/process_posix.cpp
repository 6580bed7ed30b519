#include <eddy/process.hpp>

#include "posix.hpp"
#include "program_search.hpp"

#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace eddy {
namespace {

// What posix_spawn does in the child before it runs the program.
class file_actions {
public:
    file_actions() noexcept { ::posix_spawn_file_actions_init(&actions_); }
    file_actions(const file_actions&) = delete;
    file_actions& operator=(const file_actions&) = delete;
    ~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

    int open(int handle, const char* path) noexcept {
        return ::posix_spawn_file_actions_addopen(&actions_, handle, path, O_RDWR, 0);
    }
    int duplicate(int from, int to) noexcept {
        return ::posix_spawn_file_actions_adddup2(&actions_, from, to);
    }
    int change_folder(const std::string& path) noexcept {
        return ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
    }
    int close_from(int first) noexcept {
        return ::posix_spawn_file_actions_addclosefrom_np(&actions_, first);
    }

    const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

class spawn_attributes {
public:
    explicit spawn_attributes(bool own_group) noexcept {
        ::posix_spawnattr_init(&attributes_);
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        const int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                          (own_group ? POSIX_SPAWN_SETPGROUP : 0);
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }

    const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

// Pointers as exec takes them: they borrow, and a null ends them.
std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& each : strings) pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

constexpr int first_passed = 3;

// A handle and the number that it has in the child.
struct placed_handle {
    native_handle original;
    int place;
};

std::vector<placed_handle> places_of(const process_start& what) {
    std::vector<placed_handle> all;
    const native_handle standard[] = {what.input, what.output, what.error};
    for (int place = 0; place < first_passed; ++place)
        if (standard[place] != invalid_handle) all.push_back({standard[place], place});
    int place = first_passed;
    for (const native_handle each : what.handles) all.push_back({each, place++});
    if (what.executable != invalid_handle) all.push_back({what.executable, place});
    return all;
}

// In the child the handles are moved to their places one after the other. None of them may stand in
// the place of another one by then, so all are copied out of the way first.
std::vector<unique_handle> copies_above(int places, const std::vector<placed_handle>& handles,
                                        std::error_code& error) {
    std::vector<unique_handle> copies;
    for (const placed_handle& each : handles) {
        copies.emplace_back(::fcntl(each.original, F_DUPFD_CLOEXEC, places));
        if (!copies.back()) {
            error = last_error();
            break;
        }
    }
    return copies;
}

// What happens to the handles in the child before the program runs. The first error ends it.
int put_in_place(file_actions& actions, const process_start& what,
                 const std::vector<placed_handle>& handles,
                 const std::vector<unique_handle>& copies, int places) noexcept {
    int failed = what.empty_input ? actions.open(STDIN_FILENO, "/dev/null") : 0;
    for (std::size_t i = 0; failed == 0 && i < handles.size(); ++i)
        failed = actions.duplicate(copies[i].get(), handles[i].place);
    if (failed == 0 && what.merge_error) failed = actions.duplicate(STDOUT_FILENO, STDERR_FILENO);
    if (failed == 0) failed = actions.close_from(places);
    if (failed == 0 && !what.working_directory.empty())
        failed = actions.change_folder(what.working_directory);
    return failed;
}

int native(process_signal signal) noexcept {
    return signal == process_signal::kill ? SIGKILL : SIGTERM;
}

// While it lives, no signal is delivered to the calling thread; a new thread inherits that for
// good.
class signals_held_back {
public:
    signals_held_back() noexcept {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_held_back(const signals_held_back&) = delete;
    signals_held_back& operator=(const signals_held_back&) = delete;
    ~signals_held_back() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

// glibc's waitid does not give the resources that the kernel's does (waitid(2), "C library/kernel
// differences").
int wait_for_id(int handle, siginfo_t& info, rusage& used) noexcept {
    return static_cast<int>(retry_interrupted(
        [&] { return ::syscall(SYS_waitid, P_PIDFD, handle, &info, WEXITED | WNOHANG, &used); }));
}

std::chrono::microseconds to_duration(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

process_exit exit_of(const siginfo_t& info, const rusage& used) noexcept {
    process_exit result;
    (info.si_code == CLD_EXITED ? result.code : result.signal) = info.si_status;
    result.used.cpu_time = to_duration(used.ru_utime) + to_duration(used.ru_stime);
    result.used.peak_memory = static_cast<std::uint64_t>(used.ru_maxrss) * 1024;  // kibibytes
    return result;
}

}  // namespace

std::string process_exit::to_string() const {
    if (signal == 0) return "exit code " + std::to_string(code);
    return "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")";
}

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
    int failed = put_in_place(actions, what, handles, copies, places);
    const spawn_attributes attributes(what.own_group);
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
    // The number cannot have been given to another process: nobody has reaped the child.
    started.handle_.reset(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
    if (!started) {
        error = last_error();
        ::kill(id, SIGKILL);
        ::waitpid(id, nullptr, 0);
    }
    return started;
}

std::error_code child_process::send(process_signal signal) const noexcept {
    if (!*this) return system_error_code(ESRCH);
    if (::syscall(SYS_pidfd_send_signal, handle(), native(signal), nullptr, 0) < 0)
        return last_error();
    return {};
}

std::error_code child_process::send_to_group(process_signal signal) const noexcept {
    // The group has the number of its leader, which is taken until the leader is reaped.
    if (!*this) return system_error_code(ESRCH);
    if (::kill(-static_cast<pid_t>(id_), native(signal)) < 0) return last_error();
    return {};
}

bool child_process::wait(std::chrono::milliseconds timeout) const noexcept {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd asked{.fd = handle(), .events = POLLIN, .revents = 0};
        const int count = ::poll(&asked, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
        if (count > 0) return true;
        if (count == 0 || errno != EINTR) return false;
    }
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

std::vector<std::string> current_environment() {
    std::vector<std::string> copy;
    for (char** each = environ; *each != nullptr; ++each) copy.emplace_back(*each);
    return copy;
}

std::optional<std::string> take_from_environment(const char* name) {
    const char* const value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    std::string taken(value);
    ::unsetenv(name);
    return taken;
}

std::error_code close_on_exec(native_handle handle) noexcept {
    return ::fcntl(handle, F_SETFD, FD_CLOEXEC) < 0 ? last_error() : std::error_code();
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
