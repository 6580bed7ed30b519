#pragma once

#include <eddy/datagram_socket.hpp>
#include <eddy/stale_file.hpp>

#include <string>
#include <string_view>

namespace eddy {

/// A local (unix) socket for datagrams between processes on this machine. None is lost: a sender
/// waits until the receiver has room. (On macOS and the BSDs a full receiver is an error,
/// `no_buffer_space`; nothing there tells when it has room.)
class unix_datagram : public datagram_socket {
public:
    /// Makes the file at `path` and receives there; it stays when the socket is closed. Throws
    /// std::system_error naming the path, and what `endpoint::local` throws.
    static unix_datagram bind(std::string_view path, stale_file in_the_way = stale_file::keep);

    /// A socket without an address: who receives from it cannot answer.
    static unix_datagram open();

    /// Sends one datagram. `what` must live until it has gone. To send often to one peer, connect:
    /// waiting for that one costs less.
    task<> send_to(std::span<const std::byte> what, endpoint to);

    /// From now on it has one peer: `send` and `receive` are for that one.
    task<> connect(std::string path) { return connect_to(endpoint::local(path)); }

private:
    using datagram_socket::datagram_socket;
};

}  // namespace eddy
