#pragma once

#include <eddy/datagram_socket.hpp>

namespace eddy {

/// A socket for UDP datagrams.
class udp_socket : public datagram_socket {
public:
    /// Receives at `at`; port 0 lets the system choose one, which `local` tells. Throws
    /// std::system_error naming the endpoint.
    static udp_socket bind(const endpoint& at);

    /// A socket that gets an address when it first sends.
    static udp_socket open(address_family family = address_family::ipv4);

    /// From now on it has one peer: `send` and `receive` are for that one, and what others send is
    /// not received.
    task<> connect(endpoint to) { return connect_to(to); }

private:
    using datagram_socket::datagram_socket;
};

}  // namespace eddy
