#include "datagram_transfer.hpp"

#include "posix.hpp"
#include "socket_calls.hpp"

#include <poll.h>

namespace eddy {
namespace {

bool has_room(native_handle socket) noexcept {
    pollfd asked{.fd = socket, .events = POLLOUT, .revents = 0};
    return retry_interrupted([&] { return ::poll(&asked, 1, 0); }) > 0;
}

}  // namespace

bool try_to_send_datagram(operation& op) noexcept {
    const msghdr message = message_of(op);
    const ssize_t result =
        retry_interrupted([&] { return ::sendmsg(op.handle, &message, MSG_DONTWAIT | no_signal); });
    if (result >= 0) {
        op.value = static_cast<std::uint64_t>(result);
        return true;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
        const bool may_be_the_receiver =
            op.peer != nullptr && op.peer->family() == address_family::local;
        if (!may_be_the_receiver || !has_room(op.handle)) return false;
        op.error = std::errc::resource_unavailable_try_again;
        return true;
    }
    op.error = last_error();
    return true;
}

}  // namespace eddy
