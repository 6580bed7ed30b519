#include <eddy/signals.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>

#include <pthread.h>

namespace eddy {
namespace {

constexpr int most_signals = 65;  // Linux numbers them from 1 to 64, macOS to 31

struct caught_signal {
    // Partner: `handle` loads it between two changes of `handlers_running`, `release_signal` clears
    // it before it waits for that count to be zero. Both sequentially consistent, so a handler that
    // still saw the listener is counted by then.
    std::atomic<signal_listener*> listener = nullptr;
    signal_hold hold = signal_hold::firm;
    signal_listener* displaced = nullptr;  // held it loosely, and gets it back
    struct sigaction before{};
};

constinit std::array<caught_signal, most_signals> caught{};
constinit std::atomic<int> handlers_running = 0;
constinit std::mutex changing;  // of `caught`; handlers do without

void handle(int number) {
    const int saved_errno = errno;
    ++handlers_running;
    if (signal_listener* const listener = caught[static_cast<std::size_t>(number)].listener) {
        listener->on_signal(number);
    }
    --handlers_running;
    errno = saved_errno;
}

void lock_before_fork() noexcept {
    changing.lock();
}
void unlock_after_fork() noexcept {
    changing.unlock();
}
// A forked child has none of the threads that may have been in a handler, and none of the loops
// that listen: what its parent has caught has the effect there that it had before.
void forget_listeners() noexcept {
    handlers_running = 0;
    for (int number = 1; number < most_signals; ++number) {
        caught_signal& entry = caught[static_cast<std::size_t>(number)];
        entry.displaced = nullptr;
        if (entry.listener.exchange(nullptr) != nullptr)
            ::sigaction(number, &entry.before, nullptr);
    }
    changing.unlock();
}

bool is_signal(int number) noexcept {
    return number > 0 && number < most_signals;
}

std::error_code install_handler(int number, struct sigaction& before) noexcept {
    struct sigaction action{};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (::sigaction(number, &action, &before) == 0) return {};
    return std::error_code(errno, std::system_category());
}

}  // namespace

std::error_code catch_signal(int number, signal_listener& listener, signal_hold how) noexcept {
    if (!is_signal(number)) return std::make_error_code(std::errc::invalid_argument);
    static const int registered =
        ::pthread_atfork(lock_before_fork, unlock_after_fork, forget_listeners);
    static_cast<void>(registered);
    const std::lock_guard lock(changing);
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    signal_listener* const holder = entry.listener;
    if (holder != nullptr && entry.hold == signal_hold::firm)
        return std::make_error_code(std::errc::device_or_resource_busy);
    // First the listener: the handler may be called as soon as it is there.
    entry.listener = &listener;
    if (holder == nullptr) {
        if (const std::error_code error = install_handler(number, entry.before)) {
            entry.listener = nullptr;
            return error;
        }
    }
    entry.hold = holder == nullptr ? how : signal_hold::firm;
    entry.displaced = holder;
    return {};
}

void release_signal(int number, signal_listener& listener) noexcept {
    if (!is_signal(number)) return;
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    {
        const std::lock_guard lock(changing);
        if (entry.displaced == &listener) {
            entry.displaced = nullptr;
        } else if (entry.listener == &listener) {
            if (entry.displaced == nullptr) ::sigaction(number, &entry.before, nullptr);
            entry.hold = signal_hold::loose;  // as whoever gets it back has held it
            entry.listener = std::exchange(entry.displaced, nullptr);
        } else {
            return;
        }
    }
    while (handlers_running > 0) std::this_thread::yield();
}

bool has_default_effect(int number) noexcept {
    struct sigaction action{};
    return ::sigaction(number, nullptr, &action) == 0 && !(action.sa_flags & SA_SIGINFO) &&
           action.sa_handler == SIG_DFL;
}

void raise_by_default(int number) noexcept {
    ::signal(number, SIG_DFL);
    ::raise(number);
}

int quit_signal() noexcept {
    return SIGQUIT;
}

}  // namespace eddy
