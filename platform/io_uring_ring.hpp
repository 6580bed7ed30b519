#pragma once

#include <eddy/backend.hpp>

#include <deque>
#include <optional>
#include <system_error>

#include <liburing.h>

namespace eddy {

/// What the kernel says of a request that has made progress or ended.
struct completion {
    std::uint64_t user_data;
    int result;
    unsigned flags;
};

/// The memory that a process shares with the kernel: requests are left in it and answers found.
class io_uring_ring {
public:
    io_uring_ring() = default;
    io_uring_ring(const io_uring_ring&) = delete;
    io_uring_ring& operator=(const io_uring_ring&) = delete;
    ~io_uring_ring();

    /// Makes the ring, with the newest flags that this kernel knows. Fails with what the kernel
    /// says, and with ENOSYS where it lacks something that cannot be done without. Called once.
    std::error_code open() noexcept;

    /// The place for one more request, to be filled in. A queue that is full is handed over first.
    io_uring_sqe* next_request() noexcept {
        for (;;) {
            if (io_uring_sqe* const request = io_uring_get_sqe(&ring_)) return request;
            flush();
        }
    }

    /// Hands over what is queued, for the first time: some machines let a ring be made and forbid
    /// to enter it.
    std::error_code enter_first() noexcept;

    /// Hands over what is queued and sleeps until there is a completion, at most for `timeout`.
    /// Where that is zero, the kernel is entered only if it has something to do. May come back
    /// early, as after a signal. Throws std::system_error.
    void enter(std::optional<duration> timeout);

    /// Hands over what is queued and lets cancelled requests go, without sleeping. Ends the process
    /// if the kernel refuses that for good, as it does on a thread that is not the loop's.
    void flush() noexcept;

    /// Whether operations wait for the kernel to be entered to be finished.
    bool kernel_can_finish_more() const noexcept {
        return (IO_URING_READ_ONCE(*ring_.sq.kflags) & IORING_SQ_TASKRUN) != 0;
    }

    /// Takes the oldest completion. False: there is none.
    bool take(completion& next) noexcept {
        if (!set_aside_.empty()) [[unlikely]] {
            next = set_aside_.front();
            set_aside_.pop_front();
            return true;
        }
        return take_from_queue(next);
    }

    /// How many calls into the kernel it has made since it was opened.
    std::uint64_t system_calls() const noexcept { return system_calls_; }

private:
    bool take_from_queue(completion& next) noexcept {
        // Not by liburing's peek: into an empty queue, that calls the kernel when it has work left,
        // which belongs to the next turn.
        unsigned head = 0;
        const io_uring_cqe* first = nullptr;
        io_uring_for_each_cqe(&ring_, head, first) {
            next = {first->user_data, first->res, first->flags};
            io_uring_cq_advance(&ring_, 1);
            return true;
        }
        return false;
    }

    bool kernel_has_work() const noexcept;
    int submit_and_wait(std::optional<duration> timeout) noexcept;

    bool is_open_ = false;
    io_uring ring_{};
    // Taken out of the queue before anybody asked, to make room.
    std::deque<completion> set_aside_;
    std::uint64_t system_calls_ = 0;
};

}  // namespace eddy
