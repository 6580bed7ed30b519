#include "backends.hpp"
#include "connection_setup.hpp"
#include "datagram_transfer.hpp"
#include "eventfd_wake.hpp"
#include "io_uring_operations.hpp"
#include "io_uring_requests.hpp"
#include "io_uring_ring.hpp"
#include "pipe_transfer.hpp"
#include "posix.hpp"
#include "socket_calls.hpp"

#include <eddy/fork_count.hpp>

#include <poll.h>

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
//   What has ended by then but was not seen yet may have to go on with a call of ours: see
//   `io_uring_operations`, which knows who is still wanted.
// - Handles stay in blocking mode: where io_uring cannot wait by polling, it has a thread make the
//   call, and for a non-blocking handle answers EAGAIN instead. Which cases those are differs from
//   kernel to kernel. A connection that came to us non-blocking is then asked to wait first
//   (POLL_FIRST), a listener loses that mode.
// - A write to a pipe that nobody reads raises SIGPIPE on the thread that makes it, at a moment of
//   the kernel's choice. So on pipes the ring only tells when, and the call is ours.
// - A datagram for a local socket whose queue is full is taken apart before the kernel notices, and
//   an empty one is what it sends later. So local datagrams are sent by us, like bytes into pipes,
//   and those of connected sockets, of which nobody here knows whether they are local.
// - One accept request that is answered again and again (multishot) takes all who have come, also
//   those whom nobody has asked for yet, until no descriptors are left, and has no room for their
//   addresses. So each accept is a request of its own.
// - A connect to a local listener that is full waits on a thread of the kernel's, and on the way
//   there no cancel finds it. So that is a call of ours, which does not wait.
// - A submission queue that is full means: submit and go on.
// - Since Linux 6.13 the kernel finishes 20 operations at most when it is entered, and a flag says
//   that more are waiting for that.
// - A forked child shares the rings, but has no part in them.

class io_uring_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        std::unique_ptr<io_uring_backend> made(new io_uring_backend);
        error = made->open();
        if (error) return nullptr;
        return made;
    }

    ~io_uring_backend() override {
        // Nobody waits there for the operations that it has copies of.
        if (is_in_forked_child()) operations_.finished.clear();
    }

    std::error_code attach(native_handle handle) override { return operations_.attach(handle); }

    void detach(native_handle handle) noexcept override {
        if (is_in_forked_child()) return;
        if (!operations_.detach(handle)) return;
        io_uring_sqe* const request = ring_.next_request();
        io_uring_prep_cancel_fd(request, handle, IORING_ASYNC_CANCEL_ALL);
        io_uring_sqe_set_data64(request, user_data_of(nullptr, mark::ignored));
        ring_.flush();
    }

    bool submit(operation& op) noexcept override {
        op.error = {};
        if (op.handle == invalid_handle) [[unlikely]] {
            op.error = system_error_code(EBADF);
            return false;
        }
        if (!io_uring_requests::transfers_on_stream(op) && finish_without_request(op)) return false;
        operations_.begin(op);
        ask_for(op);
        return true;
    }

    void cancel(operation& op) noexcept override {
        if (!op.in_flight || is_in_forked_child() || !operations_.renounce(op)) return;
        io_uring_sqe* const request = ring_.next_request();
        io_uring_prep_cancel64(request, user_data_of(&op, mark::operation), 0);
        io_uring_sqe_set_data64(request, user_data_of(nullptr, mark::ignored));
    }

    void poll(std::optional<duration> timeout, operation_list& completed) override {
        if (!operations_.finished.empty()) timeout = duration::zero();
        ring_.enter(timeout);
        const bool was_cut_short = take_all() >= most_per_enter && ring_.kernel_can_finish_more();
        portions_ = was_cut_short && portions_ < most_portions ? portions_ + 1 : 0;
        completed.append(operations_.finished);
    }

    bool has_more() const noexcept override { return portions_ > 0; }

    bool completes_files() const noexcept override { return true; }

    void wake() noexcept override { wake_.wake(); }

    std::string_view name() const noexcept override { return "io_uring"; }

    std::uint64_t system_calls() const noexcept override {
        return system_calls_ + ring_.system_calls();
    }

private:
    io_uring_backend() = default;

    std::error_code open() noexcept {
        if (const std::error_code error = ring_.open()) return error;
        if (const std::error_code error = wake_.open()) return error;
        arm_wake();
        return ring_.enter_first();
    }

    // A multishot poll reports every write to the eventfd as a completion; it is never read.
    void arm_wake() noexcept {
        io_uring_sqe* const request = ring_.next_request();
        io_uring_prep_poll_multishot(request, wake_.handle(), POLLIN);
        io_uring_sqe_set_data64(request, user_data_of(nullptr, mark::wake));
    }

    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    static bool is_connect_to_local(const operation& op) noexcept {
        return op.code == opcode::connect && op.peer->family() == address_family::local;
    }

    // True: it has finished, and its results are set.
    [[gnu::noinline]] bool finish_without_request(operation& op) noexcept {
        if (is_beyond_files(op)) {
            op.error = system_error_code(EINVAL);
            return true;
        }
        if (is_connect_to_local(op)) {
            ++system_calls_;
            connect_to_local(op);
            return true;
        }
        return io_uring_requests::is_call_of_ours(op) && try_here(op);
    }

    void ask_for(operation& op, std::uint16_t how = 0) noexcept {
        io_uring_sqe* const request = ring_.next_request();
        requests_.prepare(op, request);
        request->ioprio |= how;
        io_uring_sqe_set_data64(request, user_data_of(&op, mark::operation));
    }

    int take_all() noexcept {
        int taken = 0;
        for (completion next; ring_.take(next); ++taken) dispatch(next);
        return taken;
    }

    void dispatch(const completion& answer) noexcept {
        const std::uint64_t to = answer.user_data;
        switch (mark_of(to)) {
            case mark::operation: on_operation(object_of<operation>(to), answer.result); break;
            case mark::wake:
                if (!(answer.flags & IORING_CQE_F_MORE)) arm_wake();
                break;
            case mark::ignored: break;
        }
    }

    void on_operation(operation& op, int result) noexcept {
        const bool is_stream = io_uring_requests::transfers_on_stream(op);
        if (is_stream && result >= 0) [[likely]] {
            requests_.take_back(op, result);
            operations_.end(op, result);
        } else {
            on_other(op, result, is_stream);
        }
    }

    [[gnu::noinline]] void on_other(operation& op, int result, bool is_stream) noexcept {
        const bool is_call_of_ours = io_uring_requests::is_call_of_ours(op);
        if (!is_call_of_ours) requests_.take_back(op, result);
        if (was_meant_for_another(op, result)) return ask_for(op);
        if (is_call_of_ours) return on_ready(op, result);
        if (op.code == opcode::accept) return on_accepted(op, result);
        if (result == -EAGAIN && is_stream) {
            if (operations_.is_wanted(op)) return ask_for(op, IORING_RECVSEND_POLL_FIRST);
            result = -ECANCELED;
        }
        operations_.end(op, result);
    }

    void on_accepted(operation& op, int result) noexcept {
        const bool must_block = result == -EAGAIN;
        if (!must_block && !concerns_lost_peer(-result)) return operations_.end(op, result);
        if (!operations_.is_wanted(op)) return operations_.end(op, -ECANCELED);
        if (must_block) {
            ++system_calls_;
            if (make_blocking(op.handle)) return operations_.end(op, result);
        }
        ask_for(op);
    }

    // `detach` cancels what is under way on an open file, which may have other numbers (dup(2)). A
    // connect cannot be asked for twice.
    bool was_meant_for_another(const operation& op, int result) noexcept {
        const bool was_cancelled = result == -ECANCELED || result == -EINTR;
        return was_cancelled && operations_.is_wanted(op) && op.code != opcode::connect;
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

    void on_ready(operation& op, int result) noexcept {
        if (result < 0) return operations_.end(op, result);
        if (!operations_.is_wanted(op)) return operations_.end(op, -ECANCELED);
        if (!perform_here(op)) return ask_for(op);
        operations_.end(op);
    }

    // Then the rest goes first, but not for ever: 160 operations, a few more than epoll tells of.
    static constexpr int most_per_enter = 20;
    static constexpr int most_portions = 160 / most_per_enter - 1;

    int portions_ = 0;                // so many times in a row the kernel had more
    std::uint64_t system_calls_ = 0;  // beside those for the ring

    eventfd_wake wake_;
    const unsigned forks_ = fork_count();
    io_uring_operations operations_;
    io_uring_requests requests_;

    // Goes first: then the kernel has let go of the rest.
    io_uring_ring ring_;
};

}  // namespace

std::unique_ptr<backend> make_io_uring(std::error_code& error) {
    return io_uring_backend::make(error);
}

}  // namespace eddy
