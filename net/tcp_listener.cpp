#include <eddy/tcp_listener.hpp>

#include "must.hpp"

namespace eddy {

tcp_listener tcp_listener::bind(const endpoint& at, int backlog) {
    std::error_code error;
    unique_handle socket = open_socket(at.family(), socket_type::stream, error);
    must(error, "open a socket to listen", at);
    must(set_option(socket.get(), socket_option::reuse_address, 1), "set up a socket", at);
    return tcp_listener(std::move(socket), at, backlog);
}

task<tcp_stream> tcp_listener::accept() {
    connection accepted = co_await accept_connection();
    co_return tcp_stream::adopt(std::move(accepted.socket), accepted.remote);
}

}  // namespace eddy
