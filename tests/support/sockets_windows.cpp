#include "sockets.hpp"

#include <eddy/socket.hpp>
#include <eddy/system_errors.hpp>

#include <system_error>

#include <winsock2.h>  // before windows.h

#include <windows.h>

namespace eddy::testing {
namespace {

void must(const std::error_code& error, const char* what) {
    if (error) throw std::system_error(error, what);
}

[[noreturn]] void fail(const char* what) {
    throw std::system_error(::WSAGetLastError(), system_errors(), what);
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

void set_non_blocking(native_handle socket, bool non_blocking) {
    u_long value = non_blocking;
    if (::ioctlsocket(socket, static_cast<long>(FIONBIO), &value) != 0) fail("FIONBIO");
}

}  // namespace

socket_pair open_pair() {
    socket_pair made;
    must(open_socket_pair(made.one, made.other), "open a socket pair");
    return made;
}

socket_pair open_tcp_pair() {
    return open_pair();
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
    const auto* const address = reinterpret_cast<const sockaddr*>(listener.native().data());
    const auto size = static_cast<int>(listener.native().size());
    if (::connect(socket.get(), address, size) != 0) fail("connect");
    return socket;
}

unique_handle open_tcp_socket() {
    return open(socket_type::stream);
}

void send_all(native_handle to, std::string_view text) {
    while (!text.empty()) {
        const int sent = ::send(to, text.data(), static_cast<int>(text.size()), 0);
        if (sent < 0) fail("send");
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string receive_some(native_handle from, std::size_t most) {
    std::string text(most, '\0');
    const int received = ::recv(from, text.data(), static_cast<int>(text.size()), 0);
    text.resize(received < 0 ? 0 : static_cast<std::size_t>(received));
    return text;
}

std::size_t available_bytes(native_handle from) {
    u_long count = 0;
    if (::ioctlsocket(from, FIONREAD, &count) != 0) fail("FIONREAD");
    return count;
}

std::size_t fill(native_handle to) {
    set_non_blocking(to, true);
    const std::string piece(64 * 1024, 'f');
    std::size_t total = 0;
    for (;;) {
        const int sent = ::send(to, piece.data(), static_cast<int>(piece.size()), 0);
        if (sent < 0) break;
        total += static_cast<std::size_t>(sent);
    }
    set_non_blocking(to, false);
    return total;
}

bool ends_soon(native_handle connection) {
    WSAPOLLFD asked{.fd = connection, .events = POLLIN, .revents = 0};
    return ::WSAPoll(&asked, 1, 20'000) == 1 && receive_some(connection).empty();
}

// The pair is one of TCP: its end answers with a reset.
bool means_that_the_peer_has_gone(const std::error_code& error) {
    return error == std::errc::connection_reset || error == std::errc::connection_aborted ||
           error == std::errc::broken_pipe;
}

bool is_open(native_handle handle) {
    DWORD flags = 0;
    return ::GetHandleInformation(reinterpret_cast<HANDLE>(handle), &flags);
}

bool waits_to_fill_a_segment(native_handle socket) {
    DWORD no_delay = 0;
    int size = sizeof no_delay;
    ::getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<char*>(&no_delay), &size);
    return no_delay == 0;
}

void reset_on_close(native_handle socket) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once),
                 sizeof at_once);
}

void make_non_blocking(native_handle handle) {
    set_non_blocking(handle, true);
}

}  // namespace eddy::testing
