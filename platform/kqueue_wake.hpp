#pragma once

#include <eddy/native_handle.hpp>

#include <system_error>

#include <sys/event.h>

namespace eddy {

/// What ends the sleep of a kqueue: an event of the user's own (EVFILT_USER), or a pipe on systems
/// that have none (OpenBSD). CMake takes the one or the other file.
class kqueue_wake {
public:
    /// Makes it known to a queue, which must outlive it.
    std::error_code attach(native_handle queue) noexcept;

    /// Ends the current or the next sleep of the queue. Any thread.
    void wake(native_handle queue) const noexcept;

    /// True: this event of the queue meant no more than that it was woken, and is dealt with.
    bool take_note_of(const struct kevent& event) const noexcept;

private:
    unique_handle reader_;
    unique_handle writer_;
};

}  // namespace eddy
