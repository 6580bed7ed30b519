#pragma once

#include "afd.hpp"

#include <eddy/intrusive_list.hpp>
#include <eddy/operation.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <system_error>

#include <mswsock.h>

namespace eddy {

/// What stands in a packet's key.
enum packet_key : ULONG_PTR { of_request, of_wake, of_alarm };

/// One request to the kernel. It owns this, and the buffers, until its packet has come.
struct iocp_request : list_node<> {
    OVERLAPPED overlapped{};
    operation* op = nullptr;
    opcode code = opcode::readable;
    native_handle handle = invalid_handle;
    bool is_cancelled = false;
    iocp_request* next_free = nullptr;

    std::uint64_t done = 0;    // of a file: bytes transferred by earlier pieces
    DWORD flags = 0;           // of a receive
    INT peer_size = 0;         // of a receive_from
    unique_handle accepted;    // of an accept: the socket that will be connected
    socket_question question;  // of readable and writable on a socket
    HANDLE port = nullptr;     // of readable on another object: where its packet goes,
    HANDLE wait = nullptr;     // the wait for it,
    // and whether that has ended by itself, as the thread of the system says that posts its packet.
    // Once per wait, so it need not be cheap: sequentially consistent.
    std::atomic<bool> is_over;
};

inline iocp_request& request_of(OVERLAPPED* overlapped) noexcept {
    return *CONTAINING_RECORD(overlapped, iocp_request, overlapped);
}

enum class handle_kind : std::uint8_t { stream, datagram, file, pipe, object };

/// What is known of an attached handle.
struct followed_handle {
    handle_kind kind = handle_kind::object;
    int family = AF_UNSPEC;  // of a socket
    bool reports = false;    // to our port
    bool skips = false;      // no packet for what finishes at once
    intrusive_list<iocp_request> requests;
};

/// The calls that operations stand for: how each is started and cancelled, and what its end means.
/// The port, its packets and who is told of them are the backend's business.
class iocp_calls {
public:
    /// Packets will come to this port, with the key `of_request`.
    explicit iocp_calls(HANDLE port) noexcept : port_(port) {}

    /// To be called first: finds what Winsock keeps in extensions, and the driver of its sockets.
    std::error_code open() noexcept;

    /// Gives 0, in which case `bytes` is set, ERROR_IO_PENDING or an error.
    DWORD start(const followed_handle& on, iocp_request& asked, DWORD& bytes) noexcept;

    /// True: there was more to do for a request that has ended, and it is in flight again.
    bool start_next_part(const followed_handle& on, iocp_request& ended, DWORD& error,
                         DWORD& bytes) noexcept;

    /// Gives the operation its outcome.
    void finish(iocp_request& ended, DWORD error, std::uint64_t bytes) noexcept;

    /// Makes the packet of a request in flight come soon, whether or not it was done by then.
    void cancel(iocp_request& asked) noexcept;

    std::uint64_t system_calls() const noexcept { return system_calls_; }

private:
    DWORD start_accept(const followed_handle& on, iocp_request& asked) noexcept;
    DWORD start_connect(const followed_handle& on, iocp_request& asked) noexcept;
    DWORD start_receive_from(iocp_request& asked, DWORD& bytes) noexcept;
    DWORD start_pipe(const followed_handle& on, iocp_request& asked, DWORD& bytes) noexcept;
    DWORD start_wait(const followed_handle& on, iocp_request& asked) noexcept;
    DWORD start_file(const followed_handle& on, iocp_request& asked, DWORD& bytes) noexcept;
    DWORD end_at_once(const followed_handle& on, iocp_request& asked, DWORD error) noexcept;
    void finish_accept(iocp_request& ended) noexcept;

    const HANDLE port_;
    socket_driver driver_;
    LPFN_ACCEPTEX accept_ = nullptr;
    LPFN_CONNECTEX connect_ = nullptr;
    std::uint64_t system_calls_ = 0;

    // What the kernel insists on writing and nobody reads.
    std::array<std::byte, 2 * (sizeof(sockaddr_storage) + 16)> accept_addresses_;
    std::array<std::byte, 64 * 1024> rest_of_datagram_;
};

}  // namespace eddy
