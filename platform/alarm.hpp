#pragma once

#include "windows_calls.hpp"

#include <chrono>
#include <optional>

namespace eddy {

/// Ends a wait at a port at a given time, to a fraction of a millisecond.
///
/// A timeout of the port itself counts in ticks of the system's clock, 15.6 ms as a rule. A timer
/// does not have to, but cannot be waited for at a port: a thread of the system waits for it and
/// leaves a packet. That costs two changes of threads, so it is only for the last ticks of a wait.
class alarm {
public:
    using clock = std::chrono::steady_clock;

    alarm(HANDLE port, ULONG_PTR key) noexcept : port_(port), key_(key) {}
    alarm(const alarm&) = delete;
    alarm& operator=(const alarm&) = delete;
    ~alarm();

    /// A packet with the key comes at that time or, if an earlier one is due, before.
    void ring_by(clock::time_point due);
    /// The packet has come.
    void has_rung() noexcept { due_.reset(); }

private:
    void open();
    static void CALLBACK ring(void* self, BOOLEAN) noexcept;

    const HANDLE port_;
    const ULONG_PTR key_;
    unique_handle timer_;
    HANDLE wait_ = nullptr;
    std::optional<clock::time_point> due_;
};

}  // namespace eddy
