#include <eddy/socket_listener.hpp>

#include <eddy/socket.hpp>

#include "must.hpp"

namespace eddy {
namespace {

class accept_awaiter final : public io_awaiter {
public:
    accept_awaiter(native_handle listener, endpoint& remote, const endpoint& local) noexcept
        : io_awaiter(opcode::accept, listener, &local) {
        peer = &remote;
    }
    unique_handle await_resume() const {
        return unique_handle(static_cast<native_handle>(io_awaiter::await_resume()));
    }
};

}  // namespace

socket_listener::socket_listener(unique_handle socket, const endpoint& at, int backlog) {
    must(bind_socket(socket.get(), at), "bind", at);
    must(listen_socket(socket.get(), backlog), "listen", at);
    socket_ = attached_handle(std::move(socket));
    local_ = socket_.local();
}

task<socket_listener::connection> socket_listener::accept_connection() {
    endpoint remote;
    unique_handle accepted = co_await accept_awaiter(socket_.get(), remote, local_);
    connection made;
    made.socket = std::move(accepted);
    made.remote = remote;
    co_return made;
}

}  // namespace eddy
