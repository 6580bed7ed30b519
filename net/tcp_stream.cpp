#include <eddy/tcp_stream.hpp>

namespace eddy {
namespace {

[[noreturn]] void throw_about(const std::error_code& error, std::string_view verb,
                              const endpoint& at) {
    throw std::system_error(error, std::string(verb) + " (" + at.to_string() + ")");
}

void send_at_once(native_handle socket, const endpoint& remote) noexcept {
    // Best effort: a connection that Nagle's algorithm delays still works.
    if (remote.family() != address_family::local) set_option(socket, socket_option::no_delay, 1);
}

class connect_awaiter final : public io_awaiter {
public:
    connect_awaiter(native_handle socket, endpoint& to) noexcept
        : io_awaiter(opcode::connect, socket, &to) {
        peer = &to;
    }
    void await_resume() const { io_awaiter::await_resume(); }
};

}  // namespace

task<tcp_stream> tcp_stream::connect(endpoint to) {
    std::error_code error;
    unique_handle socket = open_socket(to.family(), socket_type::stream, error);
    if (error) throw_about(error, "open a socket to connect", to);
    send_at_once(socket.get(), to);

    attached_socket attached(std::move(socket));
    co_await connect_awaiter(attached.get(), to);
    co_return tcp_stream(std::move(attached), to);
}

tcp_stream tcp_stream::adopt(unique_handle connected, const endpoint& remote) {
    send_at_once(connected.get(), remote);
    return tcp_stream(attached_socket(std::move(connected)), remote);
}

void tcp_stream::shutdown_write() {
    if (const std::error_code error = shutdown_socket(socket_.get(), shutdown_side::send)) {
        throw_about(error, "shut down", remote_);
    }
}

task<> tcp_stream::close() {
    socket_.close();
    co_return;
}

endpoint tcp_stream::local() const {
    std::error_code error;
    const endpoint at = local_endpoint(socket_.get(), error);
    if (error) throw_about(error, "ask for the local address", remote_);
    return at;
}

}  // namespace eddy
