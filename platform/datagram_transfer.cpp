#include "datagram_transfer.hpp"

#include "posix.hpp"
#include "socket_calls.hpp"

namespace eddy {

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
        if (!may_be_the_receiver || !has_room_to_send(op.handle)) return false;
        op.error = std::errc::resource_unavailable_try_again;
        return true;
    }
    op.error = last_error();
    return true;
}

}  // namespace eddy
