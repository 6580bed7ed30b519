#include <eddy/socket.hpp>

#include "posix.hpp"
#include "socket_calls.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

namespace eddy {
namespace {

int native_family(address_family family) noexcept {
    switch (family) {
        case address_family::ipv4: return AF_INET;
        case address_family::ipv6: return AF_INET6;
        case address_family::local: return AF_UNIX;
        default: return AF_UNSPEC;
    }
}

struct native_option {
    int level;
    int name;
};

native_option native_name(socket_option option) noexcept {
    switch (option) {
        case socket_option::reuse_address: return {SOL_SOCKET, SO_REUSEADDR};
        case socket_option::reuse_port: return {SOL_SOCKET, SO_REUSEPORT};
        case socket_option::no_delay: return {IPPROTO_TCP, TCP_NODELAY};
        case socket_option::keep_alive: return {SOL_SOCKET, SO_KEEPALIVE};
        case socket_option::receive_buffer: return {SOL_SOCKET, SO_RCVBUF};
        case socket_option::send_buffer: return {SOL_SOCKET, SO_SNDBUF};
        case socket_option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
    }
    return {-1, -1};
}

std::error_code outcome(int result) noexcept {
    return result < 0 ? last_error() : std::error_code();
}

using name_call = int (*)(int, sockaddr*, socklen_t*);

endpoint ask_name(name_call call, native_handle socket, std::error_code& error) noexcept {
    endpoint result;
    socklen_t size = static_cast<socklen_t>(result.storage().size());
    error = outcome(call(socket, reinterpret_cast<sockaddr*>(result.storage().data()), &size));
    if (!error) result.resize(size);
    return result;
}

}  // namespace

void close_handle(native_handle handle) noexcept {
    // Linux frees the descriptor even when close reports EINTR; calling it again could close
    // somebody else's.
    ::close(handle);
}

unique_handle open_socket(address_family family, socket_type type,
                          std::error_code& error) noexcept {
    const int native_type = type == socket_type::stream ? SOCK_STREAM : SOCK_DGRAM;
    unique_handle opened(make_socket(native_family(family), native_type));
    error = opened ? std::error_code() : last_error();
    return opened;
}

std::error_code bind_socket(native_handle socket, const endpoint& at) noexcept {
    return outcome(::bind(socket, sockaddr_of(at), sockaddr_size(at)));
}

std::error_code listen_socket(native_handle socket, int backlog) noexcept {
    return outcome(::listen(socket, backlog));
}

std::error_code set_option(native_handle socket, socket_option option, int value) noexcept {
    const native_option native = native_name(option);
    return outcome(::setsockopt(socket, native.level, native.name, &value, sizeof value));
}

std::error_code shutdown_sending(native_handle socket) noexcept {
    return outcome(::shutdown(socket, SHUT_WR));
}

endpoint local_endpoint(native_handle socket, std::error_code& error) noexcept {
    return ask_name(::getsockname, socket, error);
}

endpoint remote_endpoint(native_handle socket, std::error_code& error) noexcept {
    return ask_name(::getpeername, socket, error);
}

bool is_abandoned(const endpoint& at) noexcept {
    // Connecting a datagram socket sends nothing; and where a listener is, it is of the wrong type.
    std::error_code error;
    const unique_handle probe = open_socket(address_family::local, socket_type::datagram, error);
    if (error) return false;
    error = outcome(::connect(probe.get(), sockaddr_of(at), sockaddr_size(at)));
    return error == std::errc::connection_refused;
}

std::error_code open_socket_pair(unique_handle& one, unique_handle& other) noexcept {
    int both[2];
    if (make_socket_pair(both) < 0) return last_error();
    one.reset(both[0]);
    other.reset(both[1]);
    return {};
}

}  // namespace eddy
