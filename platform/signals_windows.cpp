#include <eddy/signals.hpp>

#include "windows_calls.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

namespace eddy {
namespace {

// Windows has no signals. What the console tells, Ctrl-C, Ctrl-Break and that it is being closed,
// comes on a thread of the system and is translated here; what the program raises itself goes
// through the C library, which keeps a table of handlers.

constexpr int most_signals = NSIG;

struct caught_signal {
    // Partner: handlers load it between two changes of `handlers_running`, `release_signal`
    // clears it before it waits for that count to be zero. Both sequentially consistent, so a
    // handler that still saw the listener is counted by then.
    std::atomic<signal_listener*> listener = nullptr;
    signal_hold hold = signal_hold::firm;
    signal_listener* displaced = nullptr;  // held it loosely, and gets it back
    void (*before)(int) = SIG_DFL;
};

constinit std::array<caught_signal, most_signals> caught{};
constinit std::atomic<int> handlers_running = 0;
std::mutex changing;  // of `caught`; handlers do without

bool deliver(int number) noexcept {
    ++handlers_running;
    signal_listener* const listener = caught[static_cast<std::size_t>(number)].listener;
    if (listener != nullptr) listener->on_signal(number);
    --handlers_running;
    return listener != nullptr;
}

void handle(int number) {
    const int saved_errno = errno;
    ++handlers_running;
    // The C library has gone back to the default by now. Where nobody listens any more, whoever
    // releases the signal puts in place what was there before.
    if (caught[static_cast<std::size_t>(number)].listener != nullptr) std::signal(number, handle);
    deliver(number);
    --handlers_running;
    errno = saved_errno;
}

BOOL WINAPI on_console_event(DWORD event) {
    switch (event) {
        case CTRL_C_EVENT: return deliver(SIGINT);
        case CTRL_BREAK_EVENT: return deliver(SIGBREAK);
        default: break;
    }
    // The console is being closed, or the machine: the process ends when this returns, or after
    // some seconds. A listener gets these to bring the program to its end.
    if (!deliver(SIGTERM)) return FALSE;
    ::Sleep(INFINITE);
    return TRUE;
}

bool can_be_caught(int number) noexcept {
    switch (number) {
        case SIGINT:
        case SIGBREAK:
        case SIGTERM:
        case SIGABRT:
        case SIGFPE:
        case SIGILL:
        case SIGSEGV: return true;
        default: return false;
    }
}

}  // namespace

std::error_code catch_signal(int number, signal_listener& listener, signal_hold how) noexcept {
    if (!can_be_caught(number)) return std::make_error_code(std::errc::invalid_argument);
    const std::lock_guard lock(changing);
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    signal_listener* const holder = entry.listener;
    if (holder != nullptr && entry.hold == signal_hold::firm)
        return std::make_error_code(std::errc::device_or_resource_busy);
    entry.listener = &listener;
    entry.hold = holder == nullptr ? how : signal_hold::firm;
    entry.displaced = holder;
    if (holder != nullptr) return {};
    entry.before = std::signal(number, handle);
    // Anew each time: the console asks the last one first, and the C library has one of its own.
    ::SetConsoleCtrlHandler(on_console_event, FALSE);
    ::SetConsoleCtrlHandler(on_console_event, TRUE);
    return {};
}

void release_signal(int number, signal_listener& listener) noexcept {
    if (!can_be_caught(number)) return;
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    // Kept to the end, also while handlers are waited for: they do without it.
    const std::lock_guard lock(changing);
    bool is_last = false;
    if (entry.displaced == &listener) {
        entry.displaced = nullptr;
    } else if (entry.listener == &listener) {
        is_last = entry.displaced == nullptr;
        entry.hold = signal_hold::loose;  // as whoever gets it back has held it
        entry.listener = std::exchange(entry.displaced, nullptr);
    } else {
        return;
    }
    while (handlers_running > 0) std::this_thread::yield();
    if (is_last) std::signal(number, entry.before);
}

bool has_default_effect(int number) noexcept {
    if (!can_be_caught(number)) return true;
    // The C library cannot be asked without being told something.
    const auto handler = std::signal(number, SIG_DFL);
    if (handler != SIG_DFL) std::signal(number, handler);
    return handler == SIG_DFL;
}

void raise_by_default(int number) noexcept {
    std::signal(number, SIG_DFL);
    std::raise(number);
}

int quit_signal() noexcept {
    return SIGBREAK;
}

}  // namespace eddy
