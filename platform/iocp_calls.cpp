#include "iocp_calls.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <mstcpip.h>
#include <ws2tcpip.h>

namespace eddy {
namespace {

// The kernel's vectors have another layout than ours; it copies them within the call.
class vectors {
public:
    explicit vectors(std::span<const io_buffer> buffers, std::size_t most_bytes = most) noexcept {
        for (const io_buffer& each : buffers.first(std::min(buffers.size(), most_pieces))) {
            const std::size_t size = std::min(each.size, most_bytes);
            add(each.data, size);
            most_bytes -= size;
        }
    }
    void add(void* data, std::size_t size) noexcept {
        all_[count_++] = {static_cast<ULONG>(size), static_cast<CHAR*>(data)};
    }
    WSABUF* data() noexcept { return all_.data(); }
    DWORD size() const noexcept { return count_; }

    static constexpr std::size_t most_pieces = 64;

private:
    static constexpr std::size_t most = 1 << 30;
    std::array<WSABUF, most_pieces + 1> all_;
    DWORD count_ = 0;
};

std::uint64_t total_size(std::span<const io_buffer> buffers) noexcept {
    std::uint64_t total = 0;
    for (const io_buffer& each : buffers) total += each.size;
    return total;
}

sockaddr* sockaddr_of(endpoint& at) noexcept {
    return reinterpret_cast<sockaddr*>(at.storage().data());
}
int sockaddr_size(const endpoint& at) noexcept {
    return static_cast<int>(at.native().size());
}

DWORD outcome_of_socket_call(int result) noexcept {
    return result == SOCKET_ERROR ? static_cast<DWORD>(::WSAGetLastError()) : 0;
}
DWORD outcome_of_call(BOOL result) noexcept {
    return result ? 0 : ::GetLastError();
}

template <class Function>
bool find_extension(SOCKET socket, GUID id, Function& function) noexcept {
    DWORD size = 0;
    return ::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                      sizeof function, &size, nullptr, nullptr) == 0;
}

// The peer was gone before anybody accepted it; the listener is as good as before.
bool concerns_lost_peer(DWORD error) noexcept {
    return error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_ABORTED ||
           error == WSAECONNRESET || error == WSAECONNABORTED;
}

// On a thread of the system.
void CALLBACK on_signalled(void* waiting, BOOLEAN) noexcept {
    iocp_request& that = *static_cast<iocp_request*>(waiting);
    that.is_over = true;
    ::PostQueuedCompletionStatus(that.port, 0, of_request, &that.overlapped);
}

}  // namespace

std::error_code iocp_calls::open() noexcept {
    std::error_code error = driver_.open(port_);
    if (error) return error;
    const unique_handle socket(
        ::WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT));
    if (!socket || !find_extension(socket_of(socket.get()), WSAID_ACCEPTEX, accept_) ||
        !find_extension(socket_of(socket.get()), WSAID_CONNECTEX, connect_))
        return last_socket_error();
    return {};
}

// Starting ----------------------------------------------------------------------------------------

DWORD iocp_calls::start(const followed_handle& on, iocp_request& asked, DWORD& bytes) noexcept {
    ++system_calls_;
    const operation& op = *asked.op;
    const SOCKET socket = socket_of(op.handle);
    // An overlapped send comes back when all of it is gone, but a caller may have its peer do
    // something about the first part of it before the rest can go.
    constexpr std::size_t most_per_send = 128 * 1024;
    asked.flags = 0;
    const bool is_wait = op.code == opcode::readable || op.code == opcode::writable;
    if (!on.reports && on.kind != handle_kind::file && !is_wait) return ERROR_NOT_SUPPORTED;
    // A part of a stream is as good as all of it; a datagram goes as a whole or not at all.
    const bool is_datagram = op.code == opcode::send_to || op.code == opcode::receive_from;
    if (is_datagram && op.buffers.size() > vectors::most_pieces) return WSAEMSGSIZE;
    switch (op.code) {
        case opcode::accept: return start_accept(on, asked);
        case opcode::connect: return start_connect(on, asked);
        case opcode::receive: {
            vectors into(op.buffers);
            return outcome_of_socket_call(::WSARecv(socket, into.data(), into.size(), &bytes,
                                                    &asked.flags, &asked.overlapped, nullptr));
        }
        case opcode::send: {
            vectors from(op.buffers, most_per_send);
            return outcome_of_socket_call(
                ::WSASend(socket, from.data(), from.size(), &bytes, 0, &asked.overlapped, nullptr));
        }
        case opcode::receive_from: return start_receive_from(asked, bytes);
        case opcode::send_to: {
            vectors from(op.buffers);
            const sockaddr* const to = op.peer != nullptr ? sockaddr_of(*op.peer) : nullptr;
            const int size = op.peer != nullptr ? sockaddr_size(*op.peer) : 0;
            return outcome_of_socket_call(::WSASendTo(socket, from.data(), from.size(), &bytes, 0,
                                                      to, size, &asked.overlapped, nullptr));
        }
        case opcode::read:
        case opcode::write: return start_pipe(on, asked, bytes);
        case opcode::readable:
        case opcode::writable: return start_wait(on, asked);
        case opcode::read_at:
        case opcode::write_at: return start_file(on, asked, bytes);
    }
    return ERROR_NOT_SUPPORTED;
}

DWORD iocp_calls::start_accept(const followed_handle& on, iocp_request& asked) noexcept {
    asked.accepted.reset(::WSASocketW(on.family, SOCK_STREAM, 0, nullptr, 0,
                                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
    if (!asked.accepted) return static_cast<DWORD>(::WSAGetLastError());
    constexpr DWORD room = sizeof(sockaddr_storage) + 16;
    DWORD ignored = 0;
    const BOOL result =
        accept_(socket_of(asked.handle), socket_of(asked.accepted.get()), accept_addresses_.data(),
                0, room, room, &ignored, &asked.overlapped);
    return result ? 0 : static_cast<DWORD>(::WSAGetLastError());
}

DWORD iocp_calls::start_connect(const followed_handle& on, iocp_request& asked) noexcept {
    const SOCKET socket = socket_of(asked.handle);
    endpoint& peer = *asked.op->peer;
    // Neither waits for anybody.
    if (on.kind == handle_kind::datagram || peer.family() == address_family::local)
        return end_at_once(
            on, asked,
            outcome_of_socket_call(::connect(socket, sockaddr_of(peer), sockaddr_size(peer))));
    // ConnectEx wants the socket to be bound; one that is says so here, which is as good.
    endpoint own =
        peer.family() == address_family::ipv6 ? *endpoint::parse("::", 0) : endpoint::any();
    ::bind(socket, sockaddr_of(own), sockaddr_size(own));
    // Windows takes a refusal for an answer only after it has tried for two seconds. At home there
    // is nothing to hope for.
    if (peer == endpoint::loopback(peer.port()) || peer == endpoint::loopback_v6(peer.port())) {
        TCP_INITIAL_RTO_PARAMETERS once{TCP_INITIAL_RTO_UNSPECIFIED_RTT,
                                        TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS};
        DWORD size = 0;
        ::WSAIoctl(socket, SIO_TCP_INITIAL_RTO, &once, sizeof once, nullptr, 0, &size, nullptr,
                   nullptr);
    }
    const BOOL result = connect_(socket, sockaddr_of(peer), sockaddr_size(peer), nullptr, 0,
                                 nullptr, &asked.overlapped);
    return result ? 0 : static_cast<DWORD>(::WSAGetLastError());
}

// A datagram that does not fit is cut off without a word on its size. So what does not fit goes
// into a place of ours, which all share.
DWORD iocp_calls::start_receive_from(iocp_request& asked, DWORD& bytes) noexcept {
    endpoint* const peer = asked.op->peer;
    vectors into(asked.op->buffers);
    into.add(rest_of_datagram_.data(), rest_of_datagram_.size());
    asked.peer_size = peer != nullptr ? static_cast<INT>(peer->storage().size()) : 0;
    return outcome_of_socket_call(
        ::WSARecvFrom(socket_of(asked.handle), into.data(), into.size(), &bytes, &asked.flags,
                      peer != nullptr ? sockaddr_of(*peer) : nullptr,
                      peer != nullptr ? &asked.peer_size : nullptr, &asked.overlapped, nullptr));
}

// Pipes know no vectors, and a part of what was asked for is enough: the first buffer. A write
// comes back when all of it is in the pipe, like a send. Nothing is not written: the other side
// might take that for an end.
DWORD iocp_calls::start_pipe(const followed_handle& on, iocp_request& asked,
                             DWORD& bytes) noexcept {
    const operation& op = *asked.op;
    const auto piece =
        std::ranges::find_if(op.buffers, [](const io_buffer& each) { return each.size > 0; });
    if (piece == op.buffers.end()) return end_at_once(on, asked, 0);
    constexpr std::size_t most_per_call = 64 * 1024;
    const auto size = static_cast<DWORD>(std::min(piece->size, most_per_call));
    const HANDLE pipe = handle_of(op.handle);
    return outcome_of_call(op.code == opcode::read
                               ? ::ReadFile(pipe, piece->data, size, &bytes, &asked.overlapped)
                               : ::WriteFile(pipe, piece->data, size, &bytes, &asked.overlapped));
}

// A socket is asked about; of any other object, a process say, readable means that it is signalled.
DWORD iocp_calls::start_wait(const followed_handle& on, iocp_request& asked) noexcept {
    const operation& op = *asked.op;
    const bool readable = op.code == opcode::readable;
    asked.wait = nullptr;
    if (on.kind == handle_kind::stream || on.kind == handle_kind::datagram) {
        const DWORD error =
            driver_.ask(socket_of(op.handle), readable, asked.question, asked.overlapped);
        return error == 0 ? ERROR_IO_PENDING : error;
    }
    if (on.kind != handle_kind::object || !readable) return ERROR_NOT_SUPPORTED;
    asked.is_over = false;
    asked.port = port_;
    if (!::RegisterWaitForSingleObject(&asked.wait, handle_of(op.handle), on_signalled, &asked,
                                       INFINITE, WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD))
        return ::GetLastError();
    return ERROR_IO_PENDING;
}

// Of what was done without a request to the kernel: where success is expected to leave a packet,
// this is it.
DWORD iocp_calls::end_at_once(const followed_handle& on, iocp_request& asked,
                              DWORD error) noexcept {
    if (error != 0 || on.skips || !on.reports) return error;
    ::PostQueuedCompletionStatus(port_, 0, of_request, &asked.overlapped);
    return ERROR_IO_PENDING;
}

// Files know no vectors: one buffer after the other, until one is not filled.
DWORD iocp_calls::start_file(const followed_handle& on, iocp_request& asked,
                             DWORD& bytes) noexcept {
    const operation& op = *asked.op;
    std::uint64_t before = asked.done;
    const io_buffer* piece = op.buffers.data();
    while (piece != op.buffers.data() + op.buffers.size() && before >= piece->size)
        before -= (piece++)->size;
    if (piece == op.buffers.data() + op.buffers.size()) return end_at_once(on, asked, 0);
    auto* const data = static_cast<std::byte*>(piece->data) + before;
    const auto size = static_cast<DWORD>(std::min<std::uint64_t>(piece->size - before, 1 << 30));
    const std::uint64_t place = op.offset + asked.done;
    asked.overlapped = OVERLAPPED{};
    asked.overlapped.Offset = static_cast<DWORD>(place);
    asked.overlapped.OffsetHigh = static_cast<DWORD>(place >> 32);
    const HANDLE file = handle_of(op.handle);
    DWORD error = outcome_of_call(op.code == opcode::read_at
                                      ? ::ReadFile(file, data, size, &bytes, &asked.overlapped)
                                      : ::WriteFile(file, data, size, &bytes, &asked.overlapped));
    // It reports to another port, if anywhere.
    if (error == ERROR_IO_PENDING && !on.reports)
        error = outcome_of_call(::GetOverlappedResult(file, &asked.overlapped, &bytes, TRUE));
    return error;
}

// Ending ------------------------------------------------------------------------------------------

bool iocp_calls::start_next_part(const followed_handle& on, iocp_request& ended, DWORD& error,
                                 DWORD& bytes) noexcept {
    const bool is_accept = ended.code == opcode::accept;
    const bool is_file = ended.code == opcode::read_at || ended.code == opcode::write_at;
    const auto is_to_go_on = [&] {
        if (is_accept) return concerns_lost_peer(error);
        // Somebody has written nothing. The end of a pipe is an error.
        if (ended.code == opcode::read)
            return error == 0 && bytes == 0 && total_size(ended.op->buffers) > 0;
        return is_file && error == 0;
    };
    while (is_to_go_on()) {
        ended.done += bytes;
        // It ended by itself before the cancellation reached it, but there is to be no other try.
        if (ended.is_cancelled) {
            if (!is_file) error = ERROR_OPERATION_ABORTED;
            break;
        }
        if (is_file && (bytes == 0 || ended.done == total_size(ended.op->buffers))) break;
        ended.overlapped = OVERLAPPED{};
        bytes = 0;
        error = start(on, ended, bytes);
        const bool is_there = on.skips || !on.reports;
        if (error == ERROR_IO_PENDING || (error == 0 && !is_there)) return true;
    }
    return false;
}

void iocp_calls::finish(iocp_request& ended, DWORD error, std::uint64_t bytes) noexcept {
    operation& op = *ended.op;
    op.scratch = 0;
    op.value = bytes;
    if (ended.code == opcode::read_at || ended.code == opcode::write_at) {
        op.value = ended.done;
        if (error == ERROR_HANDLE_EOF || ended.done > 0) error = 0;
    }
    // Nobody can write any more.
    if (ended.code == opcode::read && (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF))
        error = 0;
    if (ended.code == opcode::readable || ended.code == opcode::writable) op.value = 0;
    if (error == 0 && ended.code == opcode::receive_from && op.peer != nullptr)
        op.peer->resize(static_cast<std::size_t>(ended.peer_size));
    if (error == 0 && ended.code == opcode::accept) finish_accept(ended);
    // Only now the socket is what it would be after `connect`: with a peer, and with two sides.
    if (error == 0 && ended.code == opcode::connect)
        ::setsockopt(socket_of(op.handle), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0);
    if (error != 0)
        op.error = error == ERROR_OPERATION_ABORTED ? operation_error(std::errc::operation_canceled)
                                                    : operation_error(windows_error(error));
}

void iocp_calls::finish_accept(iocp_request& ended) noexcept {
    operation& op = *ended.op;
    const SOCKET accepted = socket_of(ended.accepted.get());
    const SOCKET listener = socket_of(op.handle);
    ::setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                 reinterpret_cast<const char*>(&listener), sizeof listener);
    ++system_calls_;
    if (op.peer != nullptr) {
        int size = static_cast<int>(op.peer->storage().size());
        ++system_calls_;
        const int result = ::getpeername(accepted, sockaddr_of(*op.peer), &size);
        op.peer->resize(result == 0 ? static_cast<std::size_t>(size) : 0);
    }
    op.value = ended.accepted.release();
}

void iocp_calls::cancel(iocp_request& asked) noexcept {
    asked.is_cancelled = true;
    ++system_calls_;
    if (asked.code != opcode::readable && asked.code != opcode::writable) {
        ::CancelIoEx(handle_of(asked.handle), &asked.overlapped);
    } else if (asked.wait == nullptr) {
        driver_.cancel(asked.overlapped);
    } else if (!asked.is_over) {
        // Returns when the system's thread is out of `on_signalled`: it has posted, or never will.
        ::UnregisterWaitEx(std::exchange(asked.wait, nullptr), INVALID_HANDLE_VALUE);
        if (asked.is_over) return;
        constexpr LONG status_cancelled = static_cast<LONG>(0xC0000120);
        asked.overlapped.Internal = static_cast<ULONG_PTR>(status_cancelled);
        ::PostQueuedCompletionStatus(port_, 0, of_request, &asked.overlapped);
    }
}

}  // namespace eddy
