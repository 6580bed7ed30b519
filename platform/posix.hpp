#pragma once

#include <eddy/operation.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include <fcntl.h>
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
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

inline std::error_code make_non_blocking(native_handle handle) noexcept {
    const int flags = ::fcntl(handle, F_GETFL);
    if (flags < 0) return last_error();
    if ((flags & O_NONBLOCK) != 0) return {};
    return ::fcntl(handle, F_SETFL, flags | O_NONBLOCK) < 0 ? last_error() : std::error_code();
}

static_assert(sizeof(io_buffer) == sizeof(iovec), "io_buffer has the layout of iovec");

/// How many buffers of an operation the kernel is given. A part of a stream is as good as all of
/// it; a datagram goes as a whole or not at all.
inline std::size_t vector_count(const operation& op) noexcept {
    const bool is_datagram = op.code == opcode::send_to || op.code == opcode::receive_from;
    constexpr std::size_t most = IOV_MAX;
    return is_datagram ? op.buffers.size() : std::min(op.buffers.size(), most);
}

/// The kernel's view of an operation's buffers and peer. Borrows both.
inline msghdr message_of(const operation& op) noexcept {
    msghdr message{};
    message.msg_iov = reinterpret_cast<iovec*>(const_cast<io_buffer*>(op.buffers.data()));
    message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(vector_count(op));
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
