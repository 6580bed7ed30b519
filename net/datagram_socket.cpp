#include <eddy/datagram_socket.hpp>

#include <eddy/socket.hpp>

#include "connect_awaiter.hpp"
#include "must.hpp"

namespace eddy {

datagram_socket::datagram_socket(unique_handle socket, const endpoint& at) {
    if (at.family() != address_family::none) must(bind_socket(socket.get(), at), "bind", at);
    socket_ = attached_handle(std::move(socket));
    local_ = local();
}

task<> datagram_socket::connect_to(endpoint to) {
    co_await connect_awaiter(socket_.get(), to);
    remote_ = to;
    local_ = local();
}

}  // namespace eddy
