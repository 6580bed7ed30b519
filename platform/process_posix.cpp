#include "spawn.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <poll.h>

// POSIX leaves its declaration to the program; glibc declares it anyway.
extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace eddy {
namespace {

std::chrono::microseconds to_duration(const timeval& time) noexcept {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

}  // namespace

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const std::string& each : strings) pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

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

int put_in_place(file_actions& actions, const process_start& what,
                 const std::vector<placed_handle>& handles,
                 const std::vector<unique_handle>& copies) noexcept {
    int failed = what.empty_input ? actions.open(STDIN_FILENO, "/dev/null") : 0;
    for (std::size_t i = 0; failed == 0 && i < handles.size(); ++i)
        failed = actions.duplicate(copies[i].get(), handles[i].place);
    if (failed == 0 && what.merge_error) failed = actions.duplicate(STDOUT_FILENO, STDERR_FILENO);
    if (failed == 0 && !what.working_directory.empty())
        failed = actions.change_folder(what.working_directory);
    return failed;
}

int native(process_signal signal) noexcept {
    return signal == process_signal::kill ? SIGKILL : SIGTERM;
}

std::chrono::microseconds cpu_time_of(const rusage& used) noexcept {
    return to_duration(used.ru_utime) + to_duration(used.ru_stime);
}

std::string process_exit::to_string() const {
    if (signal == 0) return "exit code " + std::to_string(code);
    // macOS says "Killed: 9".
    const std::string_view name(::strsignal(signal));
    return "signal " + std::to_string(signal) + " (" + std::string(name.substr(0, name.find(':'))) +
           ")";
}

std::error_code child_process::send_to_group(process_signal signal) const noexcept {
    // The group has the number of its leader, which is taken until the leader is reaped.
    if (!*this) return system_error_code(ESRCH);
    if (::kill(-static_cast<pid_t>(id_), native(signal)) < 0) return last_error();
    return {};
}

bool child_process::wait(std::chrono::milliseconds timeout) const noexcept {
    if (!*this) return false;  // poll would sleep, having nothing to wait for
    // Further off than any process lives, and near enough for the clock to count to.
    constexpr std::chrono::milliseconds for_ever = std::chrono::hours(24 * 365 * 100);
    constexpr std::chrono::milliseconds longest_sleep = std::chrono::hours(24);
    const auto deadline = std::chrono::steady_clock::now() + std::min(timeout, for_ever);
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const auto sleep = std::clamp(left, std::chrono::milliseconds(0), longest_sleep);
        pollfd asked{.fd = handle(), .events = POLLIN, .revents = 0};
        const int count = ::poll(&asked, 1, static_cast<int>(sleep.count()));
        if (count > 0) return true;
        if (count < 0 && errno != EINTR) return false;
        if (count == 0 && left <= longest_sleep) return false;
    }
}

native_handle inherited_handle(std::size_t place) noexcept {
    return first_passed + static_cast<native_handle>(place);
}

native_handle parent_process() noexcept {
    return invalid_handle;
}

std::vector<std::string> current_environment() {
    std::vector<std::string> copy;
    // Null after clearenv(3).
    for (char** each = environ; each != nullptr && *each != nullptr; ++each)
        copy.emplace_back(*each);
    return copy;
}

bool is_same_variable(std::string_view one, std::string_view other) noexcept {
    return one == other;
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

}  // namespace eddy
