#include <eddy/unix_listener.hpp>

#include "local_socket.hpp"

namespace eddy {

unix_listener unix_listener::bind(std::string_view path, stale_file in_the_way, int backlog) {
    const endpoint at = endpoint::local(path);
    return unix_listener(open_local_socket(at, socket_type::stream, in_the_way), at, backlog);
}

task<unix_stream> unix_listener::accept() {
    connection accepted = co_await accept_connection();
    co_return unix_stream::adopt(std::move(accepted.socket), local());
}

}  // namespace eddy
