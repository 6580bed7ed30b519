#include <eddy/tcp_stream.hpp>

namespace eddy {

tcp_stream::tcp_stream(attached_handle socket, const endpoint& remote) noexcept
    : socket_stream(std::move(socket), remote) {
    // Best effort: a connection that Nagle's algorithm delays still works.
    if (remote.family() != address_family::local) set_option(native(), socket_option::no_delay, 1);
}

task<tcp_stream> tcp_stream::connect(endpoint to) {
    attached_handle connected = co_await open_connection(to);
    co_return tcp_stream(std::move(connected), to);
}

tcp_stream tcp_stream::adopt(unique_handle connected, const endpoint& remote) {
    return tcp_stream(attached_handle(std::move(connected)), remote);
}

}  // namespace eddy
