#pragma once

#include <eddy/socket_stream.hpp>

#include <string>

namespace eddy {

/// A connection over a local (unix) socket: to another process on this machine.
class unix_stream : public socket_stream {
public:
    /// Connects to the socket at `path`. Throws std::length_error if the path is longer than 107
    /// bytes, which is all that the kernel takes. Where too many already wait to be accepted, the
    /// kernel may refuse: `resource_unavailable_try_again`.
    static task<unix_stream> connect(std::string path);

    /// Takes over a connected socket. Throws std::system_error if the loop cannot follow it.
    static unix_stream adopt(unique_handle connected, const endpoint& remote);

private:
    using socket_stream::socket_stream;
};

}  // namespace eddy
