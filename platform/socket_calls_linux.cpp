#include "socket_calls.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace eddy {

int make_socket(int family, int type) noexcept {
    return ::socket(family, type | SOCK_CLOEXEC, 0);
}

int make_socket_pair(int (&both)[2]) noexcept {
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both);
}

int make_pipe(int (&ends)[2]) noexcept {
    return ::pipe2(ends, O_CLOEXEC);
}

int accept_socket(int listener, sockaddr* peer, socklen_t* size) noexcept {
    return ::accept4(listener, peer, size, SOCK_CLOEXEC);
}

void prepare_socket(int) noexcept {}

const int no_signal = MSG_NOSIGNAL;

// poll(2) is no help: it finds a local socket full at a quarter of the buffer (unix_writable).
bool has_room_to_send(int socket) noexcept {
    int size = 0;
    socklen_t length = sizeof size;
    int queued = 0;
    return ::getsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, &length) == 0 &&
           ::ioctl(socket, SIOCOUTQ, &queued) == 0 && queued < size;
}

ssize_t receive_message(int socket, msghdr& message, int flags) noexcept {
    return ::recvmsg(socket, &message, flags | MSG_CMSG_CLOEXEC);
}

ssize_t receive_datagram_message(int socket, msghdr& message) noexcept {
    return ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_TRUNC);
}

// accept(2), "Error handling". EOPNOTSUPP, which stands there too, is what a socket says that
// cannot accept at all.
bool concerns_lost_peer(int error) noexcept {
    switch (error) {
        case ECONNABORTED:
        case EPROTO:
        case ENETDOWN:
        case ENOPROTOOPT:
        case EHOSTDOWN:
        case ENONET:
        case EHOSTUNREACH:
        case ENETUNREACH: return true;
        default: return false;
    }
}

}  // namespace eddy
