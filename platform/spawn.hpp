#pragma once

#include "posix.hpp"

#include <eddy/process.hpp>

#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <unistd.h>

// What starting and asking a child takes on every system that has posix_spawn. (sigfillset and its
// like are macros on macOS, so they stand without `::`.)
namespace eddy {

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

    posix_spawn_file_actions_t* get() noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

class spawn_attributes {
public:
    spawn_attributes(bool own_group, int more_flags) noexcept {
        ::posix_spawnattr_init(&attributes_);
        sigset_t all;
        sigfillset(&all);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        sigset_t none;
        sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        const int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                          (own_group ? POSIX_SPAWN_SETPGROUP : 0) | more_flags;
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(flags));
    }
    spawn_attributes(const spawn_attributes&) = delete;
    spawn_attributes& operator=(const spawn_attributes&) = delete;
    ~spawn_attributes() { ::posix_spawnattr_destroy(&attributes_); }

    const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

/// Pointers as exec takes them: they borrow, and a null ends them.
std::vector<char*> pointers_to(const std::vector<std::string>& strings);

/// The number of the first handle that is passed on.
inline constexpr int first_passed = 3;

/// A handle and the number that it has in the child.
struct placed_handle {
    native_handle original;
    int place;
};

std::vector<placed_handle> places_of(const process_start& what);

/// In the child the handles are moved to their places one after the other. None of them may stand
/// in the place of another one by then, so all are copied out of the way first.
std::vector<unique_handle> copies_above(int places, const std::vector<placed_handle>& handles,
                                        std::error_code& error);

/// What happens in the child before the program runs, but for closing what it shall not have. The
/// first error ends it, and its number is returned.
int put_in_place(file_actions& actions, const process_start& what,
                 const std::vector<placed_handle>& handles,
                 const std::vector<unique_handle>& copies) noexcept;

int native(process_signal signal) noexcept;

/// What a process has used, but for its memory: systems measure that in different units.
std::chrono::microseconds cpu_time_of(const rusage& used) noexcept;

/// Lets the calling thread, and what it starts, have no signals for as long as it lives.
class signals_held_back {
public:
    signals_held_back() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_held_back(const signals_held_back&) = delete;
    signals_held_back& operator=(const signals_held_back&) = delete;
    ~signals_held_back() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_;
};

}  // namespace eddy
