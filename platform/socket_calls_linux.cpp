#include "socket_calls.hpp"

#include <cerrno>

#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace eddy {
namespace {

// A socket can be told to raise no SIGPIPE, a pipe cannot. While this lives, the signal of a write
// to a pipe that nobody reads any more stays with the calling thread, and it is taken back at the
// end: neither does it end the process, nor does a handler of the program hear of it.
class no_broken_pipe_signal {
public:
    no_broken_pipe_signal() noexcept {
        sigemptyset(&only_it_);
        sigaddset(&only_it_, SIGPIPE);
        was_pending_ = is_pending();
        ::pthread_sigmask(SIG_BLOCK, &only_it_, &before_);
    }
    no_broken_pipe_signal(const no_broken_pipe_signal&) = delete;
    no_broken_pipe_signal& operator=(const no_broken_pipe_signal&) = delete;
    ~no_broken_pipe_signal() {
        // Without waiting: one that was sent to the process as a whole may be another thread's by
        // now.
        const timespec at_once{};
        if (!was_pending_ && is_pending()) ::sigtimedwait(&only_it_, nullptr, &at_once);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }

private:
    static bool is_pending() noexcept {
        sigset_t pending;
        return ::sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 1;
    }

    sigset_t only_it_{};
    sigset_t before_{};
    bool was_pending_;
};

}  // namespace

int make_socket(int family, int type) noexcept {
    return ::socket(family, type | SOCK_CLOEXEC, 0);
}

int make_socket_pair(int (&both)[2]) noexcept {
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both);
}

int make_pipe(int (&ends)[2]) noexcept {
    return ::pipe2(ends, O_CLOEXEC);
}

ssize_t write_to_pipe(int pipe, const iovec* pieces, int count) noexcept {
    ssize_t written = 0;
    int error = 0;
    {
        const no_broken_pipe_signal quiet;
        written = ::writev(pipe, pieces, count);
        error = errno;
    }
    errno = error;
    return written;
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

bool is_tcp(int handle) noexcept {
    int protocol = 0;
    socklen_t size = sizeof protocol;
    return ::getsockopt(handle, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
           protocol == IPPROTO_TCP;
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
