#include "sockets.hpp"

#include "socket_calls.hpp"

#include <eddy/socket.hpp>

#include <system_error>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace eddy::testing {
namespace {

void must(const std::error_code& error, const char* what) {
    if (error) throw std::system_error(error, what);
}

unique_handle open(socket_type type) {
    std::error_code error;
    unique_handle opened = open_socket(address_family::ipv4, type, error);
    must(error, "open a socket");
    return opened;
}

endpoint bind_to_loopback(native_handle socket) {
    must(bind_socket(socket, endpoint::loopback()), "bind");
    std::error_code error;
    const endpoint at = local_endpoint(socket, error);
    must(error, "ask for the local address");
    return at;
}

const sockaddr* native(const endpoint& at) {
    return reinterpret_cast<const sockaddr*>(at.native().data());
}

}  // namespace

socket_pair open_pair() {
    socket_pair made;
    must(open_socket_pair(made.one, made.other), "open a socket pair");
    return made;
}

socket_pair open_tcp_pair() {
    const listening_socket listener = open_listener();
    unique_handle client = connect_to(listener.at);
    unique_handle server(accept_socket(listener.handle.get(), nullptr, nullptr));
    return {std::move(client), std::move(server)};
}

listening_socket open_listener(int backlog) {
    unique_handle socket = open_tcp_socket();
    const endpoint at = bind_to_loopback(socket.get());
    must(listen_socket(socket.get(), backlog), "listen");
    return {std::move(socket), at};
}

listening_socket open_datagram_socket() {
    unique_handle socket = open(socket_type::datagram);
    const endpoint at = bind_to_loopback(socket.get());
    return {std::move(socket), at};
}

unique_handle connect_to(const endpoint& listener) {
    unique_handle socket = open_tcp_socket();
    const auto size = static_cast<socklen_t>(listener.native().size());
    if (::connect(socket.get(), native(listener), size) < 0)
        throw std::system_error(errno, std::system_category(), "connect");
    return socket;
}

unique_handle open_tcp_socket() {
    return open(socket_type::stream);
}

void send_all(native_handle to, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(to, text.data(), text.size(), no_signal);
        if (sent < 0) throw std::system_error(errno, std::system_category(), "send");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string receive_some(native_handle from, std::size_t most) {
    std::string text(most, '\0');
    const ssize_t received = ::recv(from, text.data(), text.size(), 0);
    text.resize(received < 0 ? 0 : static_cast<std::size_t>(received));
    return text;
}

std::size_t available_bytes(native_handle from) {
    int count = 0;
    if (::ioctl(from, FIONREAD, &count) < 0)
        throw std::system_error(errno, std::system_category(), "FIONREAD");
    return static_cast<std::size_t>(count);
}

std::size_t fill(native_handle to) {
    const std::string piece(64 * 1024, 'f');
    prepare_socket(to);
    std::size_t total = 0;
    for (;;) {
        const ssize_t sent = ::send(to, piece.data(), piece.size(), MSG_DONTWAIT | no_signal);
        if (sent < 0) return total;
        total += static_cast<std::size_t>(sent);
    }
}

bool ends_soon(native_handle connection) {
    pollfd asked{.fd = connection, .events = POLLIN, .revents = 0};
    return ::poll(&asked, 1, 20'000) == 1 && receive_some(connection).empty();
}

bool means_that_the_peer_has_gone(const std::error_code& error) {
    return error == std::errc::broken_pipe;
}

bool is_open(native_handle handle) {
    return ::fcntl(handle, F_GETFD) >= 0;
}

bool waits_to_fill_a_segment(native_handle socket) {
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    ::getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
    return no_delay == 0;
}

void reset_on_close(native_handle socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void make_non_blocking(native_handle handle) {
    ::fcntl(handle, F_SETFL, ::fcntl(handle, F_GETFL) | O_NONBLOCK);
}

}  // namespace eddy::testing
