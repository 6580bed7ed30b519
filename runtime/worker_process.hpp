#pragma once

#include <eddy/attachment.hpp>
#include <eddy/event.hpp>
#include <eddy/process_job.hpp>

#include "control_page.hpp"
#include "process_channel.hpp"
#include "worker_start.hpp"

#include <deque>
#include <optional>

namespace eddy {

/// One worker as its pool sees it: the process, the way to it, and the calls it has. Used on the
/// thread of the pool's loop.
class worker_process final : private timer {
public:
    /// Starts the process. `changed` is set when `check_time` has to be called. Throws
    /// std::system_error.
    worker_process(event_loop& loop, event& changed, const remote_call* initializer);
    worker_process(const worker_process&) = delete;
    worker_process& operator=(const worker_process&) = delete;
    ~worker_process() { close(); }

    /// Whether it may be given calls.
    bool is_usable() const noexcept { return !closed_ && !killed_ && !retired_ && !mute_; }
    bool is_closed() const noexcept { return closed_; }
    /// Whether its end was the pool's wish.
    bool was_told_to_end() const noexcept { return killed_ || retired_; }
    /// Whether it has ever answered a call.
    bool has_answered() const noexcept { return has_answered_; }

    std::int64_t id() const noexcept { return child_.id(); }

    // Its calls --------------------------------------------------------------------------------

    /// How many it has: the first may be running, the others wait behind it.
    std::size_t load() const noexcept { return calls_.size(); }

    void give(process_job& job);

    /// Takes back a call that it has not begun. Null: there is none, or not that one.
    process_job* take_back_last() noexcept;
    process_job* take_back(std::uint64_t id) noexcept;
    /// Takes back all but the first. False: the worker is already at the second, which it keeps.
    bool take_back_rest(intrusive_list<process_job>& into) noexcept;

    /// The first call was answered. Null: it is not the one with this number.
    process_job* take_answered(std::uint64_t id) noexcept;

    /// The last call it has, begun or not, which it must have. For a process that has ended.
    process_job* take_last() noexcept;

    // Time -------------------------------------------------------------------------------------

    /// Whether it has that call, which then is asked to end, and must until `deadline`.
    bool ask_to_stop(std::uint64_t id, time_point deadline) noexcept;

    enum class verdict : std::uint8_t { in_time, too_long };
    /// Whether the first call, or the worker's own end, takes too long.
    verdict check_time(time_point now);
    /// Whether it was the call's own time limit.
    bool first_is_over_limit(time_point now) const noexcept;

    // The process ------------------------------------------------------------------------------

    /// Sends nothing more: it ends when it has done what it has.
    void retire(time_point deadline) noexcept;
    /// It sends or receives nothing more, and so must end.
    void note_silence(time_point deadline) noexcept;
    void kill() noexcept;
    bool wait(std::chrono::milliseconds timeout) const noexcept { return child_.wait(timeout); }
    /// Once it has ended.
    process_exit reap() noexcept;
    /// Stops following it. Those who wait for it get an error.
    void close() noexcept;

    process_channel& channel() noexcept { return *channel_; }
    // Once it is closed they throw std::system_error, as awaiting them does if it is closed then.
    readiness_awaiter readable() const { return followed(socket_followed_).readable(); }
    readiness_awaiter writable() const { return followed(socket_followed_).writable(); }
    readiness_awaiter ended() const { return followed(child_followed_).readable(); }

    bool is_sending = false;  // a task waits until more can be sent
    bool is_sated = false;    // had as many calls as it should, and still has half of them

private:
    struct given_call {
        process_job* job;
        std::uint16_t place;
        std::optional<time_point> stop_by = std::nullopt;
    };

    static const attachment& followed(const std::optional<attachment>& which);
    void on_due() noexcept override { changed_.set(); }
    std::optional<time_point> limit_of(const given_call& call, time_point now) const noexcept;
    bool reclaim(const given_call& call) noexcept;
    void forget(std::deque<given_call>::iterator call) noexcept;

    event_loop& loop_;
    event& changed_;
    unique_handle socket_;
    memory_mapping memory_;
    control_page* page_ = nullptr;  // in `memory_`
    child_process child_;
    std::optional<process_channel> channel_;
    std::optional<attachment> socket_followed_;
    std::optional<attachment> child_followed_;

    // The worker runs them in this order. Those that it has not begun are on offer on the control
    // page.
    std::deque<given_call> calls_;
    std::uint64_t free_places_ = ~std::uint64_t{0};  // a bit for each
    static_assert(control_page::places == 64);

    std::optional<time_point> end_by_;
    bool has_answered_ = false;
    bool retired_ = false;
    bool mute_ = false;
    bool killed_ = false;
    bool closed_ = false;
};

}  // namespace eddy
