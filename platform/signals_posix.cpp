#include <eddy/signals.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

namespace eddy {
namespace {

constexpr int most_signals = 65;  // Linux numbers them from 1 to 64, macOS to 31

struct caught_signal {
    // Partner: `handle` loads it between two changes of `handlers_running`, `release_signal` clears
    // it before it waits for that count to be zero. Both sequentially consistent, so a handler that
    // still saw the listener is counted by then.
    std::atomic<signal_listener*> listener = nullptr;
    struct sigaction before{};
};

constinit std::array<caught_signal, most_signals> caught{};
constinit std::atomic<int> handlers_running = 0;

void handle(int number) {
    const int saved_errno = errno;
    ++handlers_running;
    if (signal_listener* const listener = caught[static_cast<std::size_t>(number)].listener) {
        listener->on_signal(number);
    }
    --handlers_running;
    errno = saved_errno;
}

bool is_signal(int number) noexcept {
    return number > 0 && number < most_signals;
}

}  // namespace

std::error_code catch_signal(int number, signal_listener& listener) noexcept {
    if (!is_signal(number)) return std::make_error_code(std::errc::invalid_argument);
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    signal_listener* nobody = nullptr;
    if (!entry.listener.compare_exchange_strong(nobody, &listener)) {
        return std::make_error_code(std::errc::device_or_resource_busy);
    }
    struct sigaction action{};
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    if (::sigaction(number, &action, &entry.before) == 0) return {};
    const std::error_code error(errno, std::system_category());
    entry.listener = nullptr;
    return error;
}

void release_signal(int number, signal_listener& listener) noexcept {
    if (!is_signal(number)) return;
    caught_signal& entry = caught[static_cast<std::size_t>(number)];
    if (entry.listener != &listener) return;
    ::sigaction(number, &entry.before, nullptr);
    entry.listener = nullptr;
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
