#pragma once

#include <eddy/operation.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

using steady_clock = std::chrono::steady_clock;
using duration = std::chrono::nanoseconds;
using time_point = std::chrono::time_point<steady_clock, duration>;

/// The point in time that lies `time` after `now`, or else the last or the first one there is.
constexpr time_point deadline_after(time_point now, duration time) noexcept {
    const duration from = now.time_since_epoch();
    if (time > duration::zero())
        return from > duration::max() - time ? time_point::max() : now + time;
    return from < duration::min() - time ? time_point::min() : now + time;
}

/// The kernel as the event loop sees it: operations go in, finished ones come out, in completion
/// style. One per loop and used by its thread only, `wake` excepted. Timers, fairness and name
/// resolution are not its business.
class backend {
public:
    virtual ~backend() = default;

    /// Makes a handle known; every handle is attached once before its first operation. An error if
    /// it is attached already (`device_or_resource_busy`) or is `invalid_handle`; what else is no
    /// handle may only show later. Throws std::bad_alloc.
    virtual std::error_code attach(native_handle handle) = 0;

    /// Forgets a handle that is about to be closed. Its operations in flight come back from the
    /// next polls with `operation_canceled`, or with the result that was there first, and the
    /// kernel no longer touches the handle.
    virtual void detach(native_handle handle) noexcept = 0;

    /// Starts an operation. False: it finished at once and its results are set. True: it is in
    /// flight, says so by `in_flight`, and comes back from `poll` exactly once; whoever takes it
    /// from there clears that. An `invalid_handle` ends at once with `bad_file_descriptor`.
    virtual bool submit(operation& op) noexcept = 0;

    /// Asks an operation in flight to come back early. It still comes back exactly once, with its
    /// result if that was faster, else with `operation_canceled`.
    virtual void cancel(operation& op) noexcept = 0;

    /// Appends what has finished to `completed`. Sleeps until something finishes, `wake` is called
    /// or the timeout is over; no timeout: for ever. Zero: only looks. It may return earlier with
    /// nothing, as after a signal. Throws std::system_error if the kernel refuses.
    virtual void poll(std::optional<duration> timeout, operation_list& completed) = 0;

    /// Whether the last poll knew of more than it took, and the next one takes that without
    /// sleeping.
    virtual bool has_more() const noexcept { return false; }

    /// Whether `read_at` and `write_at` are in flight like all others. If not, `submit` returns
    /// once the disk has answered, and a loop that has better things to do calls `perform_on_file`
    /// on another thread instead.
    virtual bool completes_files() const noexcept { return false; }

    /// Ends the current or the next sleep of `poll`. Any thread.
    virtual void wake() noexcept = 0;

    /// The time on this backend's clock; the simulated one has its own.
    virtual time_point now() const noexcept {
        return std::chrono::time_point_cast<duration>(steady_clock::now());
    }

    virtual std::string_view name() const noexcept = 0;
    /// How many calls into the kernel this backend has made for operations, handles and sleep since
    /// it was made. A function of eddy's that needs several for one purpose counts once.
    virtual std::uint64_t system_calls() const noexcept = 0;
};

/// A backend and the reason why it was chosen, as `event_loop::backend_reason` reports it.
struct backend_choice {
    std::unique_ptr<backend> chosen;
    std::string reason;
};

/// Makes the best backend this machine allows, or the one called `name` ("io_uring", "epoll").
/// An empty name means: what EDDY_BACKEND says, else the best. Must be called on the loop's thread.
/// Throws std::system_error if the named backend cannot run here, std::invalid_argument if unknown.
backend_choice make_backend(std::string_view name = {});

/// The names that `make_backend` knows on this operating system, the preferred one first.
std::vector<std::string_view> backend_names();

}  // namespace eddy
