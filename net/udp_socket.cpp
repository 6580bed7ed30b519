#include <eddy/udp_socket.hpp>

#include <eddy/socket.hpp>

#include "must.hpp"

namespace eddy {

udp_socket udp_socket::bind(const endpoint& at) {
    std::error_code error;
    unique_handle socket = open_socket(at.family(), socket_type::datagram, error);
    must(error, "open a socket", at);
    return udp_socket(std::move(socket), at);
}

udp_socket udp_socket::open(address_family family) {
    std::error_code error;
    unique_handle socket = open_socket(family, socket_type::datagram, error);
    if (error) throw std::system_error(error, "open a UDP socket");
    return udp_socket(std::move(socket), endpoint());
}

void udp_socket::allow_broadcast() {
    const std::error_code error = set_option(handle(), socket_option::broadcast, 1);
    if (error) throw std::system_error(error, "allow a UDP socket to broadcast");
}

}  // namespace eddy
