#include "connection_setup.hpp"

#include <eddy/socket.hpp>

#include "posix.hpp"
#include "socket_calls.hpp"

#include <poll.h>

namespace eddy {
namespace {

bool fail(operation& op, std::error_code error = last_error()) noexcept {
    op.error = error;
    return true;
}

}  // namespace

bool try_to_accept(operation& op) noexcept {
    // A listener that blocks would hold the whole loop; the accepted sockets need no such flag
    // because every call on them says MSG_DONTWAIT.
    if (op.scratch == 0 && make_non_blocking(op.handle)) return fail(op);
    op.scratch = 1;
    endpoint ignored;
    endpoint& peer = op.peer != nullptr ? *op.peer : ignored;
    for (;;) {
        auto size = static_cast<socklen_t>(peer.storage().size());
        auto* const address = reinterpret_cast<sockaddr*>(peer.storage().data());
        const int accepted = accept_socket(op.handle, address, &size);
        if (accepted >= 0) {
            peer.resize(size);
            op.value = static_cast<std::uint64_t>(accepted);
            return true;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
        if (errno != EINTR && !concerns_lost_peer(errno)) return fail(op);
    }
}

bool try_to_connect(operation& op) noexcept {
    op.value = 0;
    if (op.scratch == 0) {
        op.scratch = 1;
        if (make_non_blocking(op.handle)) return fail(op);
        if (::connect(op.handle, sockaddr_of(*op.peer), sockaddr_size(*op.peer)) == 0) return true;
        // A connect that a signal interrupted goes on in the background (connect(2)).
        return errno != EINPROGRESS && errno != EINTR && fail(op);
    }
    // An edge from the time before connect was called may still come; only a writable socket has
    // its answer ready.
    const int ready = poll_once(op.handle, POLLOUT);
    if (ready < 0) return fail(op);
    if (ready == 0) return false;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(op.handle, SOL_SOCKET, SO_ERROR, &error, &size) < 0) error = errno;
    return error == 0 || fail(op, system_error_code(error));
}

void connect_to_local(operation& op) noexcept {
    op.value = 0;
    const int flags = ::fcntl(op.handle, F_GETFL);
    if (flags < 0 || ::fcntl(op.handle, F_SETFL, flags | O_NONBLOCK) < 0) {
        op.error = last_error();
        return;
    }
    const auto call = [&] {
        return ::connect(op.handle, sockaddr_of(*op.peer), sockaddr_size(*op.peer));
    };
    if (retry_interrupted(call) < 0) op.error = last_error();
    ::fcntl(op.handle, F_SETFL, flags);
}

}  // namespace eddy
