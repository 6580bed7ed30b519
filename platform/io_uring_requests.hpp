#pragma once

#include <eddy/operation.hpp>

#include "posix.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <utility>

#include <liburing.h>
#include <poll.h>

namespace eddy {

/// Who is told of a request's end. It stands in the lowest bits of the request's user data, above
/// it a pointer to one of our objects; all of them are aligned to 8 bytes.
enum class mark : std::uint64_t { operation = 0, wake = 1, ignored = 2 };
constexpr std::uint64_t mark_bits = 3;

inline std::uint64_t user_data_of(const void* object, mark kind) noexcept {
    return reinterpret_cast<std::uintptr_t>(object) | static_cast<std::uint64_t>(kind);
}

inline mark mark_of(std::uint64_t user_data) noexcept {
    return static_cast<mark>(user_data & mark_bits);
}

template <class Object>
Object& object_of(std::uint64_t user_data) noexcept {
    return *reinterpret_cast<Object*>(user_data & ~mark_bits);
}

/// What the kernel is asked for each operation, and what has to live as long as it works on that.
class io_uring_requests {
public:
    /// Whether it is a receive or a send, as nearly all operations are.
    static bool transfers_on_stream(const operation& op) noexcept {
        return op.code == opcode::receive || op.code == opcode::send;
    }

    /// Whether the ring only tells when, and the call is ours.
    static bool is_call_of_ours(const operation& op) noexcept {
        switch (op.code) {
            case opcode::read:
            case opcode::write: return true;
            case opcode::send_to:
                return op.peer == nullptr || op.peer->family() == address_family::local;
            default: return false;
        }
    }

    /// Fills in a request, except for its user data.
    void prepare(operation& op, io_uring_sqe* request) noexcept {
        if (transfers_on_stream(op) && op.buffers.size() == 1) [[likely]] {
            prepare_one_buffer(op, op.buffers[0], request);
        } else {
            prepare_other(op, request);
        }
    }

    /// The request has ended: before anything else is done with the operation.
    void take_back(operation& op, int result) noexcept {
        if (op.code == opcode::accept) return take_peer(op, result);
        if (op.scratch == 0) return;
        auto& slot = *reinterpret_cast<message_slot*>(op.scratch);
        if (op.code == opcode::receive_from && op.peer != nullptr)
            op.peer->resize(slot.message.msg_namelen);
        slot.next_free = std::exchange(free_messages_, &slot);
    }

private:
    static void prepare_one_buffer(operation& op, const io_buffer& only,
                                   io_uring_sqe* request) noexcept {
        op.scratch = 0;
        if (op.code == opcode::receive) {
            io_uring_prep_recv(request, op.handle, only.data, size_of(only), 0);
        } else {
            const std::size_t size = size_of(only, most_per_send);
            io_uring_prep_send(request, op.handle, only.data, size, MSG_NOSIGNAL);
        }
    }

    // Apart from the code of nearly all requests, which the processor has to fetch again after each
    // call into the kernel.
    [[gnu::noinline]] void prepare_other(operation& op, io_uring_sqe* request) noexcept {
        const std::span<const io_buffer> pieces = pieces_of(op);
        const auto* const vectors = reinterpret_cast<const iovec*>(pieces.data());
        const auto count = static_cast<unsigned>(pieces.size());
        if (transfers_on_stream(op) && count == 1)
            return prepare_one_buffer(op, pieces[0], request);
        if (!is_call_of_ours(op)) op.scratch = 0;  // else it is the call's
        switch (op.code) {
            case opcode::accept: prepare_accept(op, request); break;
            case opcode::connect:
                io_uring_prep_connect(request, op.handle, sockaddr_of(*op.peer),
                                      sockaddr_size(*op.peer));
                break;
            case opcode::receive:
                io_uring_prep_recvmsg(request, op.handle, take_message(op), 0);
                break;
            case opcode::send:
                io_uring_prep_sendmsg(request, op.handle, take_message(op), MSG_NOSIGNAL);
                break;
            case opcode::receive_from:
                io_uring_prep_recvmsg(request, op.handle, take_message(op), MSG_TRUNC);
                break;
            case opcode::send_to:
                if (is_call_of_ours(op)) {
                    io_uring_prep_poll_add(request, op.handle, POLLOUT);
                } else {
                    io_uring_prep_sendmsg(request, op.handle, take_message(op), MSG_NOSIGNAL);
                }
                break;
            case opcode::read:
            case opcode::readable: io_uring_prep_poll_add(request, op.handle, POLLIN); break;
            case opcode::write:
            case opcode::writable: io_uring_prep_poll_add(request, op.handle, POLLOUT); break;
            case opcode::read_at:
                io_uring_prep_readv(request, op.handle, vectors, count, op.offset);
                break;
            case opcode::write_at:
                io_uring_prep_writev(request, op.handle, vectors, count, op.offset);
                break;
        }
    }

    // The kernel wants to know how much room there is for an address, and says in the same place
    // how much of it is used: `scratch`.
    static void prepare_accept(operation& op, io_uring_sqe* request) noexcept {
        sockaddr* address = nullptr;
        socklen_t* size = nullptr;
        if (op.peer != nullptr) {
            address = reinterpret_cast<sockaddr*>(op.peer->storage().data());
            const auto room = static_cast<socklen_t>(op.peer->storage().size());
            std::memcpy(&op.scratch, &room, sizeof room);
            size = reinterpret_cast<socklen_t*>(&op.scratch);
        }
        io_uring_prep_accept(request, op.handle, address, size, SOCK_CLOEXEC);
    }

    static void take_peer(operation& op, int result) noexcept {
        if (result < 0 || op.peer == nullptr) return;
        socklen_t size = 0;
        std::memcpy(&size, &op.scratch, sizeof size);
        op.peer->resize(size);
    }

    struct message_slot {
        msghdr message;
        message_slot* next_free;
    };

    // The kernel reads a message header after `submit` has returned: it lives here until the end of
    // its request. The slots are kept for the next ones.
    msghdr* take_message(operation& op) noexcept {
        if (free_messages_ == nullptr) free_messages_ = &messages_.emplace_back();
        message_slot& slot = *std::exchange(free_messages_, free_messages_->next_free);
        slot.message = message_of(op);
        op.scratch = reinterpret_cast<std::uintptr_t>(&slot);
        return &slot.message;
    }

    std::deque<message_slot> messages_;
    message_slot* free_messages_ = nullptr;
};

}  // namespace eddy
