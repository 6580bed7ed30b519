#include <eddy/tcp_listener.hpp>

namespace eddy {
namespace {

void must(const std::error_code& error, std::string_view verb, const endpoint& at) {
    if (error) throw std::system_error(error, std::string(verb) + " " + at.to_string());
}

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

tcp_listener tcp_listener::bind(const endpoint& at, int backlog) {
    std::error_code error;
    unique_handle socket = open_socket(at.family(), socket_type::stream, error);
    must(error, "open a socket to listen at", at);
    must(set_option(socket.get(), socket_option::reuse_address, 1), "set up a socket for", at);
    must(bind_socket(socket.get(), at), "bind to", at);
    must(listen_socket(socket.get(), backlog), "listen at", at);
    const endpoint local = local_endpoint(socket.get(), error);
    must(error, "ask for the address of a socket bound to", at);
    return tcp_listener(attached_socket(std::move(socket)), local);
}

task<tcp_stream> tcp_listener::accept() {
    endpoint remote;
    unique_handle accepted = co_await accept_awaiter(socket_.get(), remote, local_);
    co_return tcp_stream::adopt(std::move(accepted), remote);
}

}  // namespace eddy
