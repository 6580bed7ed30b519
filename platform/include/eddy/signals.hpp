#pragma once

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

/// How a listener holds a signal. `firm`: nobody else can catch it meanwhile. `loose`: one other
/// listener may take it over, firmly, and once that one releases it, this one hears it again.
enum class signal_hold : bool { firm, loose };

/// Catches signal `number` (SIGINT, SIGTERM, …) for `listener` from now on. One listener hears it
/// at a time: `device_or_resource_busy` if another one holds it firmly. A forked child has none.
std::error_code catch_signal(int number, signal_listener& listener,
                             signal_hold how = signal_hold::firm) noexcept;

/// Gives the signal back to whoever had it before. When this returns, `listener` is not being
/// called and will not be any more. Not from a handler.
void release_signal(int number, signal_listener& listener) noexcept;

/// Whether the signal has its default effect: nobody catches or ignores it.
bool has_default_effect(int number) noexcept;

/// Lets the signal have its default effect on this process, as if nobody had caught it.
void raise_by_default(int number) noexcept;

/// The signal by which a keyboard asks a program to quit and leave a trace of what it was doing:
/// SIGQUIT, Ctrl-\; on Windows SIGBREAK, Ctrl-Break.
int quit_signal() noexcept;

}  // namespace eddy
