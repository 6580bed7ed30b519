#include <eddy/socket_stream.hpp>

#include "connect_awaiter.hpp"
#include "must.hpp"

namespace eddy {

task<attached_handle> socket_stream::open_connection(endpoint to) {
    std::error_code error;
    unique_handle socket = open_socket(to.family(), socket_type::stream, error);
    must(error, "open a socket to connect", to);
    attached_handle attached(std::move(socket));
    co_await connect_awaiter(attached.get(), to);
    co_return attached;
}

void socket_stream::shutdown_write() {
    must(shutdown_sending(socket_.get()), "shut down", remote_);
}

task<> socket_stream::close() {
    socket_.close();
    co_return;
}

}  // namespace eddy
