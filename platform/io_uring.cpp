#include "backends.hpp"
#include "datagram_transfer.hpp"
#include "io_uring_requests.hpp"
#include "io_uring_ring.hpp"
#include "pipe_transfer.hpp"
#include "posix.hpp"

#include <eddy/fork_count.hpp>

#include <algorithm>
#include <deque>
#include <vector>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace eddy {
namespace {

// Some facts about io_uring (io_uring(7), io_uring_enter(2)), and what follows.
//
// - Requests are only written to shared memory by `submit`; the one io_uring_enter in `poll` hands
//   them all over, sleeps, and lets the kernel finish what has become ready (DEFER_TASKRUN: it
//   finishes nothing behind our back). One system call per turn, whatever the number of operations.
// - The kernel owns buffers until the completion of their own request, also after a cancel. So an
//   operation comes back exactly once, by its own completion.
// - A request on a handle holds the open file: closing the handle does not end it. `detach` cancels
//   and waits for nothing, but makes the kernel let go before the handle can be closed and reused.
//   What has ended by then but was not seen yet may have to go on with a call of ours: an operation
//   remembers which attachment of the handle's number it belongs to, and none once it is cancelled.
// - Handles stay in blocking mode: io_uring answers EAGAIN for a non-blocking one instead of
//   waiting. A handle that came to us non-blocking is asked to wait first (POLL_FIRST).
// - A write to a pipe that nobody reads raises SIGPIPE on the thread that makes it, at a moment of
//   the kernel's choice. So on pipes the ring only tells when, and the call is ours.
// - A datagram for a local socket whose queue is full is taken apart before the kernel notices, and
//   an empty one is what it sends later. So local datagrams are sent by us, like bytes into pipes.
// - A submission queue that is full means: submit and go on.
// - A forked child shares the rings, but has no part in them.

// What stands in a request's user data: a pointer to one of our objects and, in its lowest bits,
// which kind. All of them are aligned to 8 bytes.
enum class mark : std::uint64_t { operation = 0, listener = 1, wake = 2, ignored = 3 };
constexpr std::uint64_t mark_bits = 3;

std::uint64_t user_data_of(const void* object, mark kind) noexcept {
    return reinterpret_cast<std::uintptr_t>(object) | static_cast<std::uint64_t>(kind);
}

template <class Object>
Object& object_of(std::uint64_t user_data) noexcept {
    return *reinterpret_cast<Object*>(user_data & ~mark_bits);
}

// One accept request that the kernel answers again and again (multishot), and who waits for it.
// Either tasks wait or accepted sockets do. It outlives its handle until the kernel's last answer.
struct alignas(8) listener {
    native_handle handle = invalid_handle;
    bool armed = false;
    bool detached = false;
    operation_list waiting;
    std::deque<unique_handle> accepted;

    // Beyond this many unclaimed sockets the kernel is told to stop, so that peers queue in the
    // backlog and not as descriptors of ours.
    static constexpr std::size_t most_unclaimed = 64;
};

// What the kernel says of a request that has made progress or ended.
struct completion {
    std::uint64_t user_data;
    int result;
    unsigned flags;
};

class io_uring_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        std::unique_ptr<io_uring_backend> made(new io_uring_backend);
        error = made->open();
        if (error) return nullptr;
        return made;
    }

    ~io_uring_backend() override {
        if (is_in_forked_child())
            leave();
        else if (ring_.is_open())
            reap();  // among the last completions may be connections that have to be closed
    }

    std::error_code attach(native_handle handle) override {
        if (handle < 0) return system_error_code(EBADF);
        const auto index = static_cast<std::size_t>(handle);
        if (index >= handles_.size()) handles_.resize(index + 1);
        if (handles_[index].is_attached) return system_error_code(EBUSY);
        handles_[index].is_attached = true;
        return {};
    }

    void detach(native_handle handle) noexcept override {
        if (is_in_forked_child()) return;
        close_listener(handle);
        attached& on = entry(handle);
        on.is_attached = false;
        ++on.attachment;
        const bool busy = on.in_flight > 0;
        if (busy) {
            io_uring_sqe* const request = next_request();
            io_uring_prep_cancel_fd(request, handle, IORING_ASYNC_CANCEL_ALL);
            send(request, user_data_of(nullptr, mark::ignored));
        }
        if (busy || cancel_pending_) flush();
    }

    bool submit(operation& op) noexcept override {
        op.error = {};
        if (op.handle == invalid_handle) {
            op.error = system_error_code(EBADF);
            return false;
        }
        if (is_beyond_files(op)) {
            op.error = system_error_code(EINVAL);
            return false;
        }
        if (op.code == opcode::accept) return submit_accept(op);
        if (io_uring_requests::only_tells_when(op) && try_here(op)) return false;
        start(op, next_request());
        return true;
    }

    void cancel(operation& op) noexcept override {
        if (!op.in_flight || is_in_forked_child()) return;
        if (op.attachment == no_attachment) return;  // was cancelled, or is about to be returned
        if (op.is_linked()) {                        // it waits for a listener
            op.unlink();
            end_wait(op, -ECANCELED);
            return;
        }
        op.attachment = no_attachment;
        io_uring_sqe* const request = next_request();
        io_uring_prep_cancel64(request, user_data_of(&op, mark::operation), 0);
        send(request, user_data_of(nullptr, mark::ignored));
    }

    void poll(std::optional<duration> timeout, operation_list& completed) override {
        if (!finished_.empty()) timeout = duration::zero();
        enter(timeout);
        reap();
        completed.append(finished_);
    }

    bool completes_files() const noexcept override { return true; }

    void wake() noexcept override {
        const std::uint64_t one = 1;
        // Cannot fail: the counter holds 2^64 - 2 wake-ups.
        [[maybe_unused]] const auto written = ::write(wake_up_.get(), &one, sizeof one);
    }

    std::string_view name() const noexcept override { return "io_uring"; }

    std::uint64_t system_calls() const noexcept override { return system_calls_; }

private:
    io_uring_backend() = default;

    std::error_code open() noexcept {
        if (const std::error_code error = ring_.open()) return error;
        wake_up_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!wake_up_) return last_error();
        arm_wake_up();
        // Some machines let a ring be made and forbid to enter it.
        const int entered = io_uring_submit(ring_.get());
        return entered < 0 ? system_error_code(-entered) : std::error_code();
    }

    // A multishot poll reports every write to the eventfd as a completion; it is never read.
    void arm_wake_up() noexcept {
        io_uring_sqe* const request = next_request();
        io_uring_prep_poll_multishot(request, wake_up_.get(), POLLIN);
        send(request, user_data_of(nullptr, mark::wake));
    }

    io_uring_sqe* next_request() noexcept {
        for (;;) {
            if (io_uring_sqe* const request = io_uring_get_sqe(ring_.get())) return request;
            flush();
        }
    }

    // Everything of a request is set by now but who is told of its end.
    static void send(io_uring_sqe* request, std::uint64_t user_data) noexcept {
        io_uring_sqe_set_data64(request, user_data);
    }

    // What the kernel has of a handle, by its number. Attachments are numbered from 1.
    struct attached {
        std::uint32_t in_flight = 0;  // requests that still hold it
        std::uint32_t attachment = 1;
        bool is_attached = false;
    };
    static constexpr std::uint32_t no_attachment = 0;

    attached& entry(native_handle handle) noexcept {
        return handles_[static_cast<std::size_t>(handle)];
    }

    void begin(operation& op) noexcept {
        attached& on = entry(op.handle);
        op.in_flight = true;
        op.attachment = on.attachment;
        ++on.in_flight;
    }

    // Whether the operation has neither been cancelled nor lost its handle.
    bool is_wanted(const operation& op) noexcept {
        return op.attachment == entry(op.handle).attachment;
    }

    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    // Nobody waits there for the operations that it has copies of.
    void leave() noexcept {
        for (const auto& each : listeners_) each->waiting.clear();
        finished_.clear();
    }

    void start(operation& op, io_uring_sqe* request) noexcept {
        begin(op);
        requests_.prepare(op, request);
        send(request, user_data_of(&op, mark::operation));
    }

    void enter(std::optional<duration> timeout) {
        if (timeout == duration::zero()) {
            if (!kernel_has_work()) return;
            ++system_calls_;
            check(io_uring_submit_and_get_events(ring_.get()));
            return;
        }
        __kernel_timespec native{};
        if (timeout) {
            const auto seconds = std::chrono::floor<std::chrono::seconds>(*timeout);
            native.tv_sec = seconds.count();
            native.tv_nsec = (*timeout - seconds).count();
        }
        io_uring_cqe* first = nullptr;
        ++system_calls_;
        check(io_uring_submit_and_wait_timeout(ring_.get(), &first, 1, timeout ? &native : nullptr,
                                               nullptr));
        cancel_pending_ = false;
    }

    // Whether entering the kernel without sleeping would change anything.
    bool kernel_has_work() const noexcept {
        if (io_uring_sq_ready(ring_.get()) > 0) return true;
        // A ring without TASKRUN_FLAG needs no call either: there the kernel interrupts the thread
        // to finish operations.
        const unsigned flags = IO_URING_READ_ONCE(*ring_.get()->sq.kflags);
        return (flags & (IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW)) != 0;
    }

    // Interrupted, out of time, or too many completions unread: the next turn reaps and goes on.
    static void check(int result) {
        if (result >= 0 || result == -EINTR || result == -ETIME || result == -EBUSY ||
            result == -EAGAIN)
            return;
        throw std::system_error(system_error_code(-result), "io_uring_enter");
    }

    // Hands over what is queued and lets cancelled requests go, without sleeping.
    void flush() noexcept {
        int result = 0;
        do {
            ++system_calls_;
            result = io_uring_submit_and_get_events(ring_.get());
            // Completions wait unread: make room, and the queue moves again.
            if (result == -EBUSY) reap();
        } while (io_uring_sq_ready(ring_.get()) > 0 && (result > 0 || result == -EBUSY));
        cancel_pending_ = false;
    }

    void reap() noexcept {
        io_uring_cqe* next = nullptr;
        while (io_uring_peek_cqe(ring_.get(), &next) == 0) {
            // Copied and given back first: `dispatch` may have to make room and come here again.
            const completion answer{next->user_data, next->res, next->flags};
            io_uring_cqe_seen(ring_.get(), next);
            dispatch(answer);
        }
    }

    void dispatch(const completion& answer) noexcept {
        const std::uint64_t user_data = answer.user_data;
        switch (static_cast<mark>(user_data & mark_bits)) {
            case mark::operation: on_operation(object_of<operation>(user_data), answer); break;
            case mark::listener: on_accepted(object_of<listener>(user_data), answer); break;
            case mark::wake:
                if (!(answer.flags & IORING_CQE_F_MORE)) arm_wake_up();
                break;
            case mark::ignored: break;
        }
    }

    void on_operation(operation& op, const completion& answer) noexcept {
        const bool only_told = io_uring_requests::only_tells_when(op);
        if (!only_told) requests_.take_back(op);
        if (was_meant_for_another(op, answer)) return start_again(op, 0);
        if (only_told) return on_ready(op, answer);
        const bool stream = op.code == opcode::receive || op.code == opcode::send;
        if (answer.result == -EAGAIN && stream) {
            if (is_wanted(op)) return start_again(op, IORING_RECVSEND_POLL_FIRST);
            return end_wait(op, -ECANCELED);
        }
        end_wait(op, answer.result);
    }

    // `detach` cancels what is under way on an open file, which may have other numbers (dup(2)). A
    // connect cannot be asked for twice.
    bool was_meant_for_another(const operation& op, const completion& answer) noexcept {
        const bool was_cancelled = answer.result == -ECANCELED || answer.result == -EINTR;
        return was_cancelled && is_wanted(op) && op.code != opcode::connect;
    }

    void start_again(operation& op, std::uint16_t how) noexcept {
        io_uring_sqe* const again = next_request();
        requests_.prepare(op, again);
        again->ioprio |= how;
        send(again, user_data_of(&op, mark::operation));
    }

    // The end of a pipe that is used the wrong way fails here; a poll of it would wait for ever.
    bool try_here(operation& op) noexcept {
        op.scratch = 0;
        return perform_here(op);
    }

    bool perform_here(operation& op) noexcept {
        ++system_calls_;
        return op.code == opcode::send_to ? try_to_send_datagram(op) : try_transfer_on_pipe(op);
    }

    void on_ready(operation& op, const completion& answer) noexcept {
        if (answer.result < 0) return end_wait(op, answer.result);
        if (!is_wanted(op)) return end_wait(op, -ECANCELED);
        if (!perform_here(op)) return start_again(op, 0);
        --entry(op.handle).in_flight;
        come_back(op);
    }

    void finish(operation& op, int result) noexcept {
        // A request that sleeps on a thread of the kernel is woken by a signal to be cancelled.
        const bool was_cancelled = result == -ECANCELED || (result == -EINTR && !is_wanted(op));
        if (was_cancelled) {
            op.error = std::errc::operation_canceled;
        } else if (result < 0) {
            op.error = system_error_code(-result);
        } else {
            op.value = static_cast<std::uint64_t>(result);
        }
        come_back(op);
    }

    // With the next poll. Until then nobody can cancel it any more.
    void come_back(operation& op) noexcept {
        op.attachment = no_attachment;
        finished_.push_back(op);
    }

    // Accepting -----------------------------------------------------------------------------------

    bool submit_accept(operation& op) noexcept {
        listener& on = listener_of(op.handle);
        if (!on.accepted.empty()) {
            const native_handle accepted = on.accepted.front().release();
            on.accepted.pop_front();
            fill_in_peer(op, accepted);
            op.value = static_cast<std::uint64_t>(accepted);
            return false;
        }
        begin(op);
        on.waiting.push_back(op);
        if (!on.armed) arm(on);
        return true;
    }

    void arm(listener& on) noexcept {
        io_uring_sqe* const request = next_request();
        io_uring_prep_multishot_accept(request, on.handle, nullptr, nullptr, SOCK_CLOEXEC);
        send(request, user_data_of(&on, mark::listener));
        on.armed = true;
    }

    void on_accepted(listener& on, const completion& answer) noexcept {
        on.armed = answer.flags & IORING_CQE_F_MORE;
        if (answer.result >= 0) {
            take_accepted(on, unique_handle(answer.result));
        } else if (answer.result != -ECANCELED && !on.waiting.empty()) {
            end_wait(on.waiting.pop_front(), answer.result);
        }
        if (on.armed) return;
        if (on.detached) {
            std::erase_if(dying_, [&](const auto& each) { return each.get() == &on; });
        } else if (!on.waiting.empty()) {
            arm(on);
        }
    }

    void take_accepted(listener& on, unique_handle accepted) noexcept {
        if (on.detached) return;  // closes it
        if (!on.waiting.empty()) {
            operation& op = on.waiting.pop_front();
            fill_in_peer(op, accepted.get());
            end_wait(op, accepted.release());
            return;
        }
        on.accepted.push_back(std::move(accepted));
        if (on.armed && on.accepted.size() == listener::most_unclaimed) cancel_listener(on);
    }

    void end_wait(operation& op, int result) noexcept {
        --entry(op.handle).in_flight;
        finish(op, result);
    }

    // A multishot request has no room for one address per answer.
    void fill_in_peer(operation& op, native_handle accepted) noexcept {
        if (op.peer == nullptr) return;
        auto size = static_cast<socklen_t>(op.peer->storage().size());
        ++system_calls_;
        const int result =
            ::getpeername(accepted, reinterpret_cast<sockaddr*>(op.peer->storage().data()), &size);
        op.peer->resize(result == 0 ? size : 0);
    }

    listener& listener_of(native_handle handle) {
        const auto found =
            std::ranges::find(listeners_, handle, [](const auto& each) { return each->handle; });
        if (found != listeners_.end()) return **found;
        listeners_.push_back(std::make_unique<listener>());
        listeners_.back()->handle = handle;
        return *listeners_.back();
    }

    void close_listener(native_handle handle) noexcept {
        const auto found =
            std::ranges::find(listeners_, handle, [](const auto& each) { return each->handle; });
        if (found == listeners_.end()) return;
        std::unique_ptr<listener> closing = std::move(*found);
        listeners_.erase(found);
        while (!closing->waiting.empty()) end_wait(closing->waiting.pop_front(), -ECANCELED);
        closing->accepted.clear();
        if (!closing->armed) return;
        closing->detached = true;
        cancel_listener(*closing);
        dying_.push_back(std::move(closing));
    }

    void cancel_listener(listener& on) noexcept {
        io_uring_sqe* const request = next_request();
        io_uring_prep_cancel64(request, user_data_of(&on, mark::listener), 0);
        send(request, user_data_of(nullptr, mark::ignored));
        cancel_pending_ = true;
    }

    bool cancel_pending_ = false;  // a handle's requests are cancelled but not yet handed over
    std::uint64_t system_calls_ = 0;

    unique_handle wake_up_;
    operation_list finished_;
    std::vector<attached> handles_;  // by descriptor
    const unsigned forks_ = fork_count();
    std::vector<std::unique_ptr<listener>> listeners_;
    std::vector<std::unique_ptr<listener>> dying_;
    io_uring_requests requests_;

    // Goes first: then the kernel has let go of the rest.
    io_uring_ring ring_;
};

}  // namespace

std::unique_ptr<backend> make_io_uring(std::error_code& error) {
    return io_uring_backend::make(error);
}

}  // namespace eddy
