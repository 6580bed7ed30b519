#include <eddy/unix_datagram.hpp>

#include "local_socket.hpp"

namespace eddy {
namespace {

class first_try final : public send_datagram_awaiter {
public:
    first_try(native_handle socket, std::span<const std::byte> what, const endpoint& to) noexcept
        : send_datagram_awaiter(socket, what, to, address::given) {}

    /// False: the receiver is full.
    bool await_resume() const {
        if (error == std::errc::resource_unavailable_try_again) return false;
        send_datagram_awaiter::await_resume();
        return true;
    }
};

/// Something that sending takes, and is called so in errors.
class part_of_sending final : public io_awaiter {
public:
    part_of_sending(opcode what_to_do, native_handle socket, endpoint& to) noexcept
        : io_awaiter(what_to_do, socket, &to) {
        peer = &to;
    }
    std::string_view what() const noexcept override { return to_string(opcode::send_to); }
    void await_resume() const { io_awaiter::await_resume(); }
};

// The kernel tells only a socket that is connected to the receiver when that has room.
task<> wait_for_room(endpoint at) {
    const attached_handle follower(
        open_local_socket(endpoint(), socket_type::datagram, stale_file::keep));
    try {
        co_await part_of_sending(opcode::connect, follower.get(), at);
    } catch (const std::system_error& refusal) {
        // It is connected, and so takes datagrams from one sender only. If that is ours, there was
        // no lack of room at all, but in our own buffer; if not, the next try says so.
        if (refusal.code() != std::errc::operation_not_permitted) throw;
        co_return;
    }
    co_await part_of_sending(opcode::writable, follower.get(), at);
}

}  // namespace

unix_datagram unix_datagram::bind(std::string_view path, stale_file in_the_way) {
    const endpoint at = endpoint::local(path);
    return unix_datagram(open_local_socket(at, socket_type::datagram, in_the_way), at);
}

unix_datagram unix_datagram::open() {
    const endpoint nowhere;
    return unix_datagram(open_local_socket(nowhere, socket_type::datagram, stale_file::keep),
                         nowhere);
}

task<> unix_datagram::send_to(std::span<const std::byte> what, endpoint to) {
    for (;;) {
        const bool has_gone = co_await first_try(handle(), what, to);
        if (has_gone) co_return;
        co_await wait_for_room(to);
    }
}

}  // namespace eddy
