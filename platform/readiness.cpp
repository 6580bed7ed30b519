#include "readiness.hpp"

#include <eddy/file_handle.hpp>

#include "connection_setup.hpp"
#include "datagram_transfer.hpp"
#include "pipe_transfer.hpp"
#include "posix.hpp"
#include "socket_calls.hpp"

#include <algorithm>
#include <cassert>

#include <poll.h>

namespace eddy {
namespace {

// These ask the kernel once and never wait. False: it would block; otherwise the operation's
// results are set, which is also how it says that it has failed.

bool finish(operation& op, std::uint64_t value = 0) noexcept {
    op.value = value;
    return true;
}

bool fail(operation& op, operation_error error = last_error()) noexcept {
    op.error = error;
    return true;
}

[[gnu::cold]] bool fail_unless_it_would_block(operation& op) noexcept {
    return errno != EAGAIN && errno != EWOULDBLOCK && fail(op);
}

bool finish_with(operation& op, ssize_t result) noexcept {
    if (result < 0) [[unlikely]]
        return fail_unless_it_would_block(op);
    return finish(op, static_cast<std::uint64_t>(result));
}

bool wait_for(operation& op, short events) noexcept {
    const int count = poll_once(op.handle, events);
    if (count < 0) return fail(op);
    return count > 0 && finish(op);
}

bool receive(operation& op) noexcept {
    if (const auto pieces = pieces_of(op); pieces.size() == 1) {
        const io_buffer& into = pieces[0];
        const auto call = [&] { return ::recv(op.handle, into.data, size_of(into), MSG_DONTWAIT); };
        return finish_with(op, retry_interrupted(call));
    }
    msghdr message = message_of(op);
    const auto call = [&] { return ::recvmsg(op.handle, &message, MSG_DONTWAIT); };
    return finish_with(op, retry_interrupted(call));
}

bool send(operation& op) noexcept {
    const int flags = MSG_DONTWAIT | no_signal;
    if (const auto pieces = pieces_of(op); pieces.size() == 1) {
        const io_buffer& from = pieces[0];
        const std::size_t size = size_of(from, most_per_send);
        const auto call = [&] { return ::send(op.handle, from.data, size, flags); };
        return finish_with(op, retry_interrupted(call));
    }
    const msghdr message = message_of(op);
    const auto call = [&] { return ::sendmsg(op.handle, &message, flags); };
    return finish_with(op, retry_interrupted(call));
}

bool receive_datagram(operation& op) noexcept {
    msghdr message = message_of(op);
    const ssize_t size =
        retry_interrupted([&] { return receive_datagram_message(op.handle, message); });
    if (size >= 0 && op.peer != nullptr) op.peer->resize(message.msg_namelen);
    return finish_with(op, size);
}

[[gnu::noinline]] bool perform_other(operation& op) noexcept {
    switch (op.code) {
        case opcode::accept: return try_to_accept(op);
        case opcode::connect: return try_to_connect(op);
        case opcode::send_to: return try_to_send_datagram(op);
        case opcode::receive_from: return receive_datagram(op);
        case opcode::readable: return wait_for(op, POLLIN);
        case opcode::writable: return wait_for(op, POLLOUT);
        case opcode::read:
        case opcode::write: return try_transfer_on_pipe(op);
        case opcode::receive: return receive(op);
        case opcode::send: return send(op);
        case opcode::read_at:
        case opcode::write_at: break;  // done elsewhere
    }
    return fail(op, std::errc::operation_not_supported);
}

// Nearly all operations are these two, with one buffer. They are told apart by comparing: after a
// call into the kernel the processor has forgotten where a jump through a table went the last time.
// It has to fetch the code again too, so what is rare is kept out of it: that saves a seventh of
// the time between two calls.
bool perform(operation& op) noexcept {
    if (op.buffers.size() != 1) [[unlikely]]
        return perform_other(op);
    const io_buffer& only = op.buffers[0];
    ssize_t result = -1;
    if (op.code == opcode::receive) {
        result = ::recv(op.handle, only.data, size_of(only), MSG_DONTWAIT);
    } else if (op.code == opcode::send) {
        const std::size_t size = size_of(only, most_per_send);
        result = ::send(op.handle, only.data, size, MSG_DONTWAIT | no_signal);
    } else {
        return perform_other(op);
    }
    if (result < 0) [[unlikely]]
        return errno == EINTR ? perform_other(op) : fail_unless_it_would_block(op);
    return finish(op, static_cast<std::uint64_t>(result));
}

[[gnu::noinline]] std::uint64_t most_of_several(const operation& op) noexcept {
    std::uint64_t total = 0;
    for (const io_buffer& buffer : pieces_of(op)) total += size_of(buffer);
    return total;
}

// How much one call can give.
std::uint64_t most_at_once(const operation& op) noexcept {
    if (op.buffers.size() == 1) [[likely]]
        return size_of(op.buffers[0]);
    return most_of_several(op);
}

bool is_short_read(const operation& op) noexcept {
    return op.code == opcode::receive && !op.error && op.value > 0 && op.value < most_at_once(op);
}

}  // namespace

std::error_code readiness::attach(native_handle handle, std::uint32_t& generation) {
    if (handle < 0) return system_error_code(EBADF);
    make_entry(handle);
    followed& on = entry(handle);
    if (on.attached) return system_error_code(EBUSY);
    on.attached = true;
    on.short_reads_mislead = short_reads_ == short_reads::prove_nothing;
    on.emptied_by_short_reads = answer::unknown;
    on.input.maybe_ready = on.output.maybe_ready = true;
    generation = ++on.generation;
    return {};
}

void readiness::detach(native_handle handle) noexcept {
    followed& on = entry(handle);
    on.attached = false;
    while (!on.input.waiting.empty()) finish_canceled(on.input.waiting.pop_front());
    while (!on.output.waiting.empty()) finish_canceled(on.output.waiting.pop_front());
}

void readiness::leave() noexcept {
    for (const std::unique_ptr<shelf>& some : shelves_) {
        if (!some) continue;
        for (followed& each : *some) {
            each.input.waiting.clear();
            each.output.waiting.clear();
        }
    }
    finished.clear();
}

bool readiness::submit(operation& op) noexcept {
    op.error = {};
    op.scratch = 0;
    if (op.handle == invalid_handle) [[unlikely]]
        return !fail(op, system_error_code(EBADF));
    if (op.code == opcode::read_at || op.code == opcode::write_at) [[unlikely]] {
        // Files are always ready: the call answers at once, if only after the disk has.
        perform_on_file(op);
        ++system_calls;
        return false;
    }
    assert(is_attached(op.handle) && "a handle is attached before its first operation");
    followed& on = entry(op.handle);
    direction& way = direction_of(on, op.code);
    // A connect has to be started, whatever the last edge said.
    const bool worth_trying =
        way.waiting.empty() && (way.maybe_ready || op.code == opcode::connect);
    if (worth_trying && attempt(op, on, way)) return false;
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
                        bool writable, bool short_reads_mislead) noexcept {
    followed& on = entry(handle);
    if (!on.attached || on.generation != generation) return;
    on.short_reads_mislead = on.short_reads_mislead || short_reads_mislead;
    const auto is_ready = [&](direction& way) {
        way.maybe_ready = true;
        if (!way.waiting.empty()) serve(on, way);
    };
    if (readable) is_ready(on.input);
    if (writable) is_ready(on.output);
}

bool readiness::is_attached(native_handle handle) const noexcept {
    const auto index = static_cast<std::size_t>(handle);
    if (index / shelf_size >= shelves_.size()) return false;
    const std::unique_ptr<shelf>& found = shelves_[index / shelf_size];
    return found && (*found)[index % shelf_size].attached;
}

void readiness::make_entry(native_handle handle) {
    const std::size_t number = static_cast<std::size_t>(handle) / shelf_size;
    if (number >= shelves_.size()) shelves_.resize(number + 1);
    if (!shelves_[number]) shelves_[number] = std::make_unique<shelf>();
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
    while (way.maybe_ready && !way.waiting.empty()) {
        operation& op = way.waiting.front();
        if (!attempt(op, on, way)) return;
        op.unlink();
        --waiting_;
        finished.push_back(op);
    }
}

void readiness::finish_canceled(operation& op) noexcept {
    op.error = std::errc::operation_canceled;
    --waiting_;
    finished.push_back(op);
}

[[gnu::noinline]] void readiness::find_out_about_short_reads(followed& on,
                                                             native_handle socket) noexcept {
    ++system_calls;
    // Others may end a read for more reasons: a local socket where descriptors were sent along.
    on.emptied_by_short_reads = is_tcp(socket) ? answer::yes : answer::no;
}

bool readiness::attempt(operation& op, followed& on, direction& way) noexcept {
    ++system_calls;
    if (!perform(op)) {
        way.maybe_ready = false;
        return false;
    }
    // A short read has emptied a TCP socket: the next one would block, and when there is more the
    // kernel reports a new edge. Saves the read that only learns EAGAIN, one call in three per
    // echo.
    if (!is_short_read(op) || on.short_reads_mislead) return true;
    if (on.emptied_by_short_reads == answer::unknown) [[unlikely]]
        find_out_about_short_reads(on, op.handle);
    if (on.emptied_by_short_reads == answer::yes) way.maybe_ready = false;
    return true;
}

}  // namespace eddy
