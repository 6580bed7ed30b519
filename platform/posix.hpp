#pragma once

#include <eddy/operation.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace eddy {

inline std::error_code system_error_code(int number) noexcept {
    return std::error_code(number, std::system_category());
}

inline std::error_code last_error() noexcept {
    return system_error_code(errno);
}

/// Calls a system call again for as long as a signal interrupts it.
template <class Call>
auto retry_interrupted(Call call) noexcept {
    auto result = call();
    while (result < 0 && errno == EINTR) [[unlikely]]
        result = call();
    return result;
}

/// A time in the layout of `timespec`.
template <class Timespec>
Timespec native_time(std::chrono::nanoseconds time) noexcept {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    Timespec native{};
    native.tv_sec = static_cast<decltype(native.tv_sec)>(seconds.count());
    native.tv_nsec = static_cast<decltype(native.tv_nsec)>((time - seconds).count());
    return native;
}

/// As poll(2) of one handle, without waiting: 1 if it has one of these events now, 0 if not, -1
/// with `errno` if nobody can tell.
inline int poll_once(native_handle handle, short events) noexcept {
    pollfd asked{.fd = handle, .events = events, .revents = 0};
    return retry_interrupted([&] { return ::poll(&asked, 1, 0); });
}

inline std::error_code make_non_blocking(native_handle handle) noexcept {
    const int flags = ::fcntl(handle, F_GETFL);
    if (flags < 0) return last_error();
    if ((flags & O_NONBLOCK) != 0) return {};
    return ::fcntl(handle, F_SETFL, flags | O_NONBLOCK) < 0 ? last_error() : std::error_code();
}

inline std::error_code make_blocking(native_handle handle) noexcept {
    const int flags = ::fcntl(handle, F_GETFL);
    if (flags < 0) return last_error();
    return ::fcntl(handle, F_SETFL, flags & ~O_NONBLOCK) < 0 ? last_error() : std::error_code();
}

static_assert(sizeof(io_buffer) == sizeof(iovec), "io_buffer has the layout of iovec");

/// Linux transfers no more bytes than this in one call; macOS refuses more than INT_MAX.
inline constexpr std::size_t most_per_call = 0x7fff'f000;

/// Of a stream that is sent: while a peer on another processor takes what comes, the kernel would
/// go on for as long as there is something to send, and nothing else of this loop would run. This
/// much takes it some 0.3 ms; a quarter of it would take a third off what goes over the loopback.
inline constexpr std::size_t most_per_send = 1024 * 1024;

/// How much of one buffer the kernel is given where it is the only one.
inline std::size_t size_of(const io_buffer& buffer, std::size_t most = most_per_call) noexcept {
    return std::min(buffer.size, most);
}

/// Which buffers of an operation the kernel is given. A part of a stream is as good as all of it; a
/// datagram goes as a whole or not at all. One that alone is too large is given as far as `size_of`
/// says, by a call that takes one buffer.
inline std::span<const io_buffer> pieces_of(const operation& op) noexcept {
    const bool is_datagram = op.code == opcode::send_to || op.code == opcode::receive_from;
    std::span<const io_buffer> pieces = op.buffers;
    if (is_datagram || pieces.size() < 2) return pieces;
    // Empty ones in front of one that has to go alone would be all that goes.
    while (pieces.size() > 1 && pieces.front().size == 0) pieces = pieces.subspan(1);
    constexpr std::size_t most = IOV_MAX;
    std::size_t count = 0;
    std::size_t left = op.code == opcode::send ? most_per_send : most_per_call;
    for (const io_buffer& each : pieces.first(std::min(pieces.size(), most))) {
        if (each.size > left) break;
        left -= each.size;
        ++count;
    }
    return pieces.first(std::max(count, std::size_t{1}));
}

/// The kernel's view of an operation's buffers and peer. Borrows both.
inline msghdr message_of(const operation& op) noexcept {
    msghdr message{};
    const std::span<const io_buffer> pieces = pieces_of(op);
    message.msg_iov = reinterpret_cast<iovec*>(const_cast<io_buffer*>(pieces.data()));
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(pieces.size());
    if (op.peer == nullptr) return message;
    if (op.code == opcode::receive_from) {
        message.msg_name = op.peer->storage().data();
        message.msg_namelen = static_cast<socklen_t>(op.peer->storage().size());
    } else if (op.code == opcode::send_to) {
        message.msg_name = const_cast<std::byte*>(op.peer->native().data());
        message.msg_namelen = static_cast<socklen_t>(op.peer->native().size());
    }
    return message;
}

inline const sockaddr* sockaddr_of(const endpoint& at) noexcept {
    return reinterpret_cast<const sockaddr*>(at.native().data());
}

inline socklen_t sockaddr_size(const endpoint& at) noexcept {
    return static_cast<socklen_t>(at.native().size());
}

}  // namespace eddy
