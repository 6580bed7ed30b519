#include "io_uring_ring.hpp"

#include "posix.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace eddy {
namespace {

constexpr unsigned submission_entries = 1024;

// Completions can outnumber the requests of one turn: many operations wait for long.
constexpr unsigned completion_entries = 4 * submission_entries;

// The newest flags first; an older kernel answers EINVAL and gets the next set.
// SINGLE_ISSUER and DEFER_TASKRUN are of Linux 6.1, COOP_TASKRUN and TASKRUN_FLAG of 5.19. A kernel
// that knows neither cannot cancel all that is in flight on a handle, which `detach` needs.
// SUBMIT_ALL: one request that is refused does not hold up those behind it.
constexpr unsigned flag_sets[] = {
    IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG |
        IORING_SETUP_SUBMIT_ALL,
    IORING_SETUP_COOP_TASKRUN | IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL,
};

// NODROP: completions that find no room wait in the kernel. EXT_ARG: enter takes a timeout.
constexpr unsigned needed_features = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG;

constexpr int needed_requests[] = {
    IORING_OP_ACCEPT,  IORING_OP_CONNECT,      IORING_OP_RECV,     IORING_OP_SEND,
    IORING_OP_RECVMSG, IORING_OP_SENDMSG,      IORING_OP_POLL_ADD, IORING_OP_READV,
    IORING_OP_WRITEV,  IORING_OP_ASYNC_CANCEL,
};

// A new ring may be mapped where another thread's was. The kernel keeps the two apart, but liburing
// calls it without the C library, where ThreadSanitizer would see that: this counter shows the
// order.
std::atomic<unsigned> rings_closed = 0;

bool knows_all_requests(io_uring& ring) noexcept {
    io_uring_probe* const probe = io_uring_get_probe_ring(&ring);
    if (probe == nullptr) return false;
    const bool all = std::ranges::all_of(
        needed_requests, [=](int code) { return io_uring_opcode_supported(probe, code) != 0; });
    io_uring_free_probe(probe);
    return all;
}

// Out of time, interrupted, too many completions unread, or no memory for a request: what was not
// handed over yet can be later.
bool may_go_on(int result) noexcept {
    return result >= 0 || result == -ETIME || result == -EINTR || result == -EBUSY ||
           result == -EAGAIN;
}

// There is no room for a request that has to be made, and there will be none.
[[noreturn, gnu::cold]] void end_process(int result) noexcept {
    std::fprintf(stderr, "eddy: io_uring_enter: %s\n", std::strerror(-result));
    std::abort();
}

}  // namespace

std::error_code io_uring_ring::open() noexcept {
    int result = -EINVAL;
    for (const unsigned flags : flag_sets) {
        io_uring_params params{};
        params.flags = flags | IORING_SETUP_CLAMP | IORING_SETUP_CQSIZE;
        params.cq_entries = completion_entries;
        result = io_uring_queue_init_params(submission_entries, &ring_, &params);
        if (result != -EINVAL) break;
    }
    if (result == -EINVAL) return system_error_code(ENOSYS);
    if (result < 0) return system_error_code(-result);
    static_cast<void>(rings_closed.load(std::memory_order_acquire));
    is_open_ = true;

    const bool is_able =
        (ring_.features & needed_features) == needed_features && knows_all_requests(ring_);
    return is_able ? std::error_code() : system_error_code(ENOSYS);
}

std::error_code io_uring_ring::enter_first() noexcept {
    ++system_calls_;
    const int result = io_uring_submit(&ring_);
    return result < 0 ? system_error_code(-result) : std::error_code();
}

void io_uring_ring::enter(std::optional<duration> timeout) {
    if (!set_aside_.empty()) timeout = duration::zero();
    if (timeout == duration::zero() && !kernel_has_work()) return;
    ++system_calls_;
    const int result = submit_and_wait(timeout);
    if (may_go_on(result)) return;
    throw std::system_error(system_error_code(-result), "io_uring_enter");
}

// Whether entering the kernel without sleeping would change anything: there are requests for it,
// operations that only an enter finishes, or completions that found no room.
bool io_uring_ring::kernel_has_work() const noexcept {
    if (io_uring_sq_ready(&ring_) > 0) return true;
    const unsigned flags = IO_URING_READ_ONCE(*ring_.sq.kflags);
    return (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
}

int io_uring_ring::submit_and_wait(std::optional<duration> timeout) noexcept {
    if (!timeout) return io_uring_submit_and_wait(&ring_, 1);
    if (*timeout == duration::zero()) return io_uring_submit_and_get_events(&ring_);
    auto native = native_time<__kernel_timespec>(*timeout);
    io_uring_cqe* first = nullptr;
    return io_uring_submit_and_wait_timeout(&ring_, &first, 1, &native, nullptr);
}

void io_uring_ring::flush() noexcept {
    int result = 0;
    do {
        ++system_calls_;
        result = io_uring_submit_and_get_events(&ring_);
        // Completions wait unread: make room, and the queue moves again.
        completion next;
        while (result == -EBUSY && take_from_queue(next)) set_aside_.push_back(next);
        if (!may_go_on(result)) end_process(result);
    } while (io_uring_sq_ready(&ring_) > 0 && result != 0);
}

io_uring_ring::~io_uring_ring() {
    if (!is_open_) return;
    rings_closed.fetch_add(1, std::memory_order_release);
    io_uring_queue_exit(&ring_);
}

}  // namespace eddy
