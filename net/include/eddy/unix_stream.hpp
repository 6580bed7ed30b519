#pragma once

#include <eddy/socket_stream.hpp>

#include <string>

namespace eddy {

/// A connection over a local (unix) socket: to another process on this machine.
class unix_stream : public socket_stream {
public:
    /// Connects to the socket at `path`. Throws, when it is awaited, what `endpoint::local` throws,
    /// and std::system_error. Where too many already wait to be accepted that is
    /// `resource_unavailable_try_again`: the kernel tells nobody when there is room, so try again
    /// after a while.
    static task<unix_stream> connect(std::string path);

    /// Takes over a connected socket. Throws std::system_error if the loop cannot follow it.
    static unix_stream adopt(unique_handle connected, const endpoint& remote);

private:
    using socket_stream::socket_stream;
};

}  // namespace eddy
