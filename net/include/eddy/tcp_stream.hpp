#pragma once

#include <eddy/socket_stream.hpp>

namespace eddy {

/// A TCP connection.
class tcp_stream : public socket_stream {
public:
    /// Connects to `to`. Nagle's algorithm is off: a write goes out when it is made.
    static task<tcp_stream> connect(endpoint to);

    /// Takes over a connected socket. Throws std::system_error if the loop cannot follow it.
    static tcp_stream adopt(unique_handle connected, const endpoint& remote);

private:
    tcp_stream(attached_handle socket, const endpoint& remote) noexcept;
};

}  // namespace eddy
