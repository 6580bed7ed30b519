#pragma once

#include <atomic>
#include <system_error>

namespace eddy {

/// Hears of one signal of the process.
class signal_listener {
public:
    /// Called by the signal's handler, on any thread and in the middle of anything: it may only do
    /// what signal-safety(7) allows.
    virtual void on_signal(int number) noexcept = 0;

protected:
    ~signal_listener() = default;
};

/// Catches signal `number` (SIGINT, SIGTERM, …) for `listener` from now on. One listener at a time:
/// `device_or_resource_busy` if there is one already.
std::error_code catch_signal(int number, signal_listener& listener) noexcept;

/// Gives the signal back to whoever had it before. When this returns, `listener` is not being
/// called and will not be any more.
void release_signal(int number, signal_listener& listener) noexcept;

/// Whether the signal has its default effect: nobody catches or ignores it.
bool has_default_effect(int number) noexcept;

/// Lets the signal have its default effect on this process, as if nobody had caught it.
void raise_by_default(int number) noexcept;

/// The signal by which a keyboard asks a program to quit and leave a trace of what it was doing:
/// SIGQUIT, Ctrl-\; on Windows SIGBREAK, Ctrl-Break.
int quit_signal() noexcept;

}  // namespace eddy
