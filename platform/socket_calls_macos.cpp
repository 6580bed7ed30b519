#include "socket_calls.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace eddy {
namespace {

// Between the call that makes a handle and this one, another thread may start a program, which then
// has it. eddy's own `child_process` closes what it was not told to pass on.
bool set_up(int handle) noexcept {
    ::fcntl(handle, F_SETFD, FD_CLOEXEC);
    const int on = 1;
    return ::setsockopt(handle, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == 0;
}

}  // namespace

int make_socket(int family, int type) noexcept {
    const int made = ::socket(family, type, 0);
    if (made >= 0) set_up(made);
    return made;
}

int make_socket_pair(int (&both)[2]) noexcept {
    const int outcome = ::socketpair(AF_UNIX, SOCK_STREAM, 0, both);
    if (outcome < 0) return outcome;
    set_up(both[0]);
    set_up(both[1]);
    return outcome;
}

int make_pipe(int (&ends)[2]) noexcept {
    const int outcome = ::pipe(ends);
    if (outcome < 0) return outcome;
    for (const int each : ends) ::fcntl(each, F_SETFD, FD_CLOEXEC);
    return outcome;
}

// The signal would go to the process and not to the thread that writes, which could not hold it
// back for itself (xnu, write).
ssize_t write_to_pipe(int pipe, const iovec* pieces, int count) noexcept {
    ::fcntl(pipe, F_SETNOSIGPIPE, 1);
    return ::writev(pipe, pieces, count);
}

int accept_socket(int listener, sockaddr* peer, socklen_t* size) noexcept {
    const int accepted = ::accept(listener, peer, size);
    if (accepted < 0 || set_up(accepted)) return accepted;
    // Both sides are closed already, and an answer would raise SIGPIPE (xnu, sosetopt).
    ::close(accepted);
    errno = ECONNABORTED;
    return -1;
}

void prepare_socket(int handle) noexcept {
    const int on = 1;
    const bool done = ::setsockopt(handle, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == 0;
    if (!done && errno == ENOTSOCK) return;
    // MSG_DONTWAIT is a promise for receiving only: a send may wait all the same (xnu, sosend).
    const int flags = ::fcntl(handle, F_GETFL);
    if (flags >= 0) ::fcntl(handle, F_SETFL, flags | O_NONBLOCK);
}

const int no_signal = 0;

bool has_room_to_send(int) noexcept {
    return false;
}

ssize_t receive_message(int socket, msghdr& message, int flags) noexcept {
    const ssize_t received = ::recvmsg(socket, &message, flags);
    if (received < 0) return received;
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int handle = -1;
            std::memcpy(&handle, CMSG_DATA(each) + i * sizeof(int), sizeof handle);
            ::fcntl(handle, F_SETFD, FD_CLOEXEC);
        }
    }
    return received;
}

ssize_t receive_datagram_message(int socket, msghdr& message) noexcept {
    // Afterwards nobody knows: recvmsg tells how much it copied, and that there was more.
    int whole = 0;
    socklen_t size = sizeof whole;
    const bool known = ::getsockopt(socket, SOL_SOCKET, SO_NREAD, &whole, &size) == 0;
    const ssize_t received = ::recvmsg(socket, &message, MSG_DONTWAIT);
    return received >= 0 && known && (message.msg_flags & MSG_TRUNC) != 0 ? whole : received;
}

bool is_tcp(int handle) noexcept {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    int type = 0;
    socklen_t type_size = sizeof type;
    return ::getsockname(handle, reinterpret_cast<sockaddr*>(&own), &size) == 0 &&
           (own.ss_family == AF_INET || own.ss_family == AF_INET6) &&
           ::getsockopt(handle, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM;
}

// accept(2): a peer that has gone again, and what the network had to say about it.
bool concerns_lost_peer(int error) noexcept {
    switch (error) {
        case ECONNABORTED:
        case EPROTO:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case EHOSTUNREACH:
        case ENETUNREACH: return true;
        default: return false;
    }
}

}  // namespace eddy
