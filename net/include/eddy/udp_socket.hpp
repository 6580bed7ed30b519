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
    /// Throws std::system_error naming the endpoint. May be called again, for another peer.
    task<> connect(endpoint to) { return connect_to(to); }

    /// Lets it send to all machines of a network at once, by the network's broadcast address; else
    /// that is `permission_denied`. Throws std::system_error.
    void allow_broadcast();

private:
    using datagram_socket::datagram_socket;
};

}  // namespace eddy
