#include "readiness.hpp"

#include <eddy/file_handle.hpp>

#include "pipe_transfer.hpp"
#include "posix.hpp"
#include "socket_calls.hpp"

#include <poll.h>

namespace eddy {
namespace {

// What a system call answered: a value, an error, or "would block" (then `finished` is false).
struct answer {
    bool finished;
    std::error_code error;
    std::uint64_t value;
};

answer done(std::uint64_t value = 0) noexcept {
    return answer{true, {}, value};
}

answer would_block() noexcept {
    return answer{false, {}, 0};
}

answer failed() noexcept {
    return answer{true, last_error(), 0};
}

answer answer_of(ssize_t result) noexcept {
    if (result >= 0) return done(static_cast<std::uint64_t>(result));
    return errno == EAGAIN || errno == EWOULDBLOCK ? would_block() : failed();
}

answer wait_for(native_handle handle, short events) noexcept {
    pollfd asked{.fd = handle, .events = events, .revents = 0};
    const int count = retry_interrupted([&] { return ::poll(&asked, 1, 0); });
    if (count < 0) return failed();
    return count > 0 ? done() : would_block();
}

answer accept_peer(operation& op) noexcept {
    // A listener that blocks would hold the whole loop; the accepted sockets need no such flag
    // because every call on them says MSG_DONTWAIT.
    if (op.scratch[0] == 0 && make_non_blocking(op.handle)) return failed();
    op.scratch[0] = 1;
    endpoint ignored;
    endpoint& peer = op.peer != nullptr ? *op.peer : ignored;
    for (;;) {
        auto size = static_cast<socklen_t>(peer.storage().size());
        auto* const address = reinterpret_cast<sockaddr*>(peer.storage().data());
        const int accepted = accept_socket(op.handle, address, &size);
        if (accepted >= 0) peer.resize(size);
        if (accepted >= 0 || !(errno == EINTR || concerns_lost_peer(errno)))
            return answer_of(accepted);
    }
}

answer connect_peer(operation& op) noexcept {
    if (op.scratch[0] == 0) {
        op.scratch[0] = 1;
        if (make_non_blocking(op.handle)) return failed();
        if (::connect(op.handle, sockaddr_of(*op.peer), sockaddr_size(*op.peer)) == 0)
            return done();
        // A connect that a signal interrupted goes on in the background (connect(2)).
        if (errno != EINPROGRESS && errno != EINTR) return failed();
        return would_block();
    }
    // An edge from the time before connect was called may still come; only a writable socket has
    // its answer ready.
    if (const answer writable = wait_for(op.handle, POLLOUT); !writable.finished) return writable;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(op.handle, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
    if (error == 0) return done();
    return answer{true, system_error_code(error), 0};
}

answer receive(operation& op) noexcept {
    if (op.buffers.size() == 1) {
        return answer_of(retry_interrupted([&] {
            return ::recv(op.handle, op.buffers[0].data, op.buffers[0].size, MSG_DONTWAIT);
        }));
    }
    msghdr message = message_of(op);
    return answer_of(
        retry_interrupted([&] { return ::recvmsg(op.handle, &message, MSG_DONTWAIT); }));
}

answer send(operation& op) noexcept {
    const int flags = MSG_DONTWAIT | no_signal;
    if (op.code == opcode::send && op.buffers.size() == 1) {
        return answer_of(retry_interrupted(
            [&] { return ::send(op.handle, op.buffers[0].data, op.buffers[0].size, flags); }));
    }
    const msghdr message = message_of(op);
    return answer_of(retry_interrupted([&] { return ::sendmsg(op.handle, &message, flags); }));
}

answer receive_datagram(operation& op) noexcept {
    msghdr message = message_of(op);
    const answer received =
        answer_of(retry_interrupted([&] { return receive_datagram_message(op.handle, message); }));
    if (received.finished && !received.error && op.peer != nullptr)
        op.peer->resize(message.msg_namelen);
    return received;
}

answer transfer_on_pipe(operation& op) noexcept {
    return try_transfer_on_pipe(op) ? answer{true, op.error, op.value} : would_block();
}

answer perform(operation& op) noexcept {
    switch (op.code) {
        case opcode::accept: return accept_peer(op);
        case opcode::connect: return connect_peer(op);
        case opcode::receive: return receive(op);
        case opcode::send:
        case opcode::send_to: return send(op);
        case opcode::receive_from: return receive_datagram(op);
        case opcode::readable: return wait_for(op.handle, POLLIN);
        case opcode::writable: return wait_for(op.handle, POLLOUT);
        case opcode::read:
        case opcode::write: return transfer_on_pipe(op);
        case opcode::read_at:
        case opcode::write_at: break;
    }
    return answer{true, std::make_error_code(std::errc::operation_not_supported), 0};
}

bool reads_a_stream(const operation& op) noexcept {
    return op.code == opcode::receive;
}

std::uint64_t total_size(std::span<const io_buffer> buffers) noexcept {
    std::uint64_t total = 0;
    for (const io_buffer& buffer : buffers) total += buffer.size;
    return total;
}

}  // namespace

std::uint32_t readiness::attach(native_handle handle) {
    const auto index = static_cast<std::size_t>(handle);
    if (index >= handles_.size()) handles_.resize(index + 1);
    if (!handles_[index]) handles_[index] = std::make_unique<followed>();
    followed& on = *handles_[index];
    on.attached = true;
    on.closing = false;
    on.input.maybe_ready = on.output.maybe_ready = true;
    return ++on.generation;
}

void readiness::detach(native_handle handle) noexcept {
    followed& on = entry(handle);
    on.attached = false;
    while (!on.input.waiting.empty()) finish_canceled(on.input.waiting.pop_front());
    while (!on.output.waiting.empty()) finish_canceled(on.output.waiting.pop_front());
}

bool readiness::submit(operation& op) noexcept {
    op.error.clear();
    op.scratch[0] = 0;
    if (op.code == opcode::read_at || op.code == opcode::write_at) {
        // Files are always ready: the call answers at once, if only after the disk has.
        perform_on_file(op);
        ++system_calls;
        return false;
    }
    followed& on = entry(op.handle);
    direction& way = direction_of(on, op.code);
    // A connect has to be started, whatever the last edge said.
    const bool worth_trying =
        way.waiting.empty() && (way.maybe_ready || op.code == opcode::connect);
    if (worth_trying && attempt(on, op)) return false;
    op.in_flight = true;
    ++waiting_;
    way.waiting.push_back(op);
    return true;
}

void readiness::cancel(operation& op) noexcept {
    if (!op.in_flight || op.error) return;  // it has finished and is about to be returned
    op.unlink();
    finish_canceled(op);
}

void readiness::on_edge(native_handle handle, std::uint32_t generation, bool readable,
                        bool writable, bool closing) noexcept {
    followed& on = entry(handle);
    if (!on.attached || on.generation != generation) return;
    on.closing = on.closing || closing;
    if (readable) serve(on, on.input);
    if (writable) serve(on, on.output);
}

readiness::direction& readiness::direction_of(followed& on, opcode code) noexcept {
    switch (code) {
        case opcode::connect:
        case opcode::send:
        case opcode::send_to:
        case opcode::write:
        case opcode::writable: return on.output;
        default: return on.input;
    }
}

void readiness::serve(followed& on, direction& way) noexcept {
    way.maybe_ready = true;
    while (way.maybe_ready && !way.waiting.empty()) {
        operation& op = way.waiting.front();
        if (!attempt(on, op)) return;
        op.unlink();
        --waiting_;
        finished.push_back(op);
    }
}

void readiness::finish_canceled(operation& op) noexcept {
    op.error = std::make_error_code(std::errc::operation_canceled);
    --waiting_;
    finished.push_back(op);
}

bool readiness::attempt(followed& on, operation& op) noexcept {
    direction& way = direction_of(on, op.code);
    const answer got = perform(op);
    ++system_calls;
    if (!got.finished) {
        way.maybe_ready = false;
        return false;
    }
    op.error = got.error;
    op.value = got.value;
    // A short read has emptied the socket: the next one would block, and when there is more the
    // kernel reports a new edge. Saves the read that only learns EAGAIN, one call in three per
    // echo.
    const bool drained =
        reads_a_stream(op) && !got.error && got.value > 0 && got.value < total_size(op.buffers);
    if (drained && !on.closing) way.maybe_ready = false;
    return true;
}

}  // namespace eddy
