#pragma once

#include <eddy/socket_listener.hpp>
#include <eddy/tcp_stream.hpp>

namespace eddy {

/// Accepts TCP connections at an endpoint.
class tcp_listener : public socket_listener {
public:
    /// Listens at `at`; port 0 lets the system choose one, which `local` tells. The address can be
    /// used again at once after a restart. Throws std::system_error naming the endpoint.
    static tcp_listener bind(const endpoint& at, int backlog = default_backlog);

    /// Waits for the next connection. Too many open files is an error that leaves the listener
    /// usable: the connection stays in the backlog and a later call gets it. A peer that has reset
    /// its connection by then may have no address any more.
    task<tcp_stream> accept();

private:
    using socket_listener::socket_listener;
};

}  // namespace eddy
