#include <eddy/socket.hpp>

#include "windows_calls.hpp"

#include <mstcpip.h>
#include <ws2tcpip.h>

namespace eddy {
namespace {

// Winsock has to be started once in a process. Before `main`, so that no call of ours, or of a
// library that we use, has to ask whether it was.
const struct winsock {
    winsock() noexcept {
        WSADATA ignored;
        ::WSAStartup(MAKEWORD(2, 2), &ignored);
    }
} started;

int native_family(address_family family) noexcept {
    switch (family) {
        case address_family::ipv4: return AF_INET;
        case address_family::ipv6: return AF_INET6;
        case address_family::local: return AF_UNIX;
        default: return -1;  // AF_UNSPEC would let the system choose
    }
}

struct native_option {
    int level;
    int name;
};

native_option native_name(socket_option option) noexcept {
    switch (option) {
        case socket_option::no_delay: return {IPPROTO_TCP, TCP_NODELAY};
        case socket_option::keep_alive: return {SOL_SOCKET, SO_KEEPALIVE};
        case socket_option::receive_buffer: return {SOL_SOCKET, SO_RCVBUF};
        case socket_option::send_buffer: return {SOL_SOCKET, SO_SNDBUF};
        case socket_option::broadcast: return {SOL_SOCKET, SO_BROADCAST};
        default: return {-1, -1};
    }
}

std::error_code outcome(int result) noexcept {
    return result == SOCKET_ERROR ? last_socket_error() : std::error_code();
}

const sockaddr* sockaddr_of(const endpoint& at) noexcept {
    return reinterpret_cast<const sockaddr*>(at.native().data());
}

int sockaddr_size(const endpoint& at) noexcept {
    return static_cast<int>(at.native().size());
}

using name_call = int(WSAAPI*)(SOCKET, sockaddr*, int*);

endpoint ask_name(name_call call, native_handle socket, std::error_code& error) noexcept {
    endpoint result;
    int size = static_cast<int>(result.storage().size());
    error = outcome(
        call(socket_of(socket), reinterpret_cast<sockaddr*>(result.storage().data()), &size));
    if (!error) result.resize(static_cast<std::size_t>(size));
    return result;
}

bool connects(const unique_handle& socket, const endpoint& to) noexcept {
    return ::connect(socket_of(socket.get()), sockaddr_of(to), sockaddr_size(to)) == 0;
}

}  // namespace

void close_handle(native_handle handle) noexcept {
    // Winsock knows its own sockets, and refuses whatever is none.
    if (::closesocket(socket_of(handle)) == SOCKET_ERROR && ::WSAGetLastError() == WSAENOTSOCK)
        ::CloseHandle(handle_of(handle));
}

unique_handle open_socket(address_family family, socket_type type,
                          std::error_code& error) noexcept {
    const int native_type = type == socket_type::stream ? SOCK_STREAM : SOCK_DGRAM;
    unique_handle opened(::WSASocketW(native_family(family), native_type, 0, nullptr, 0,
                                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
    error = opened ? std::error_code() : last_socket_error();
    return opened;
}

std::error_code bind_socket(native_handle socket, const endpoint& at) noexcept {
    return outcome(::bind(socket_of(socket), sockaddr_of(at), sockaddr_size(at)));
}

std::error_code listen_socket(native_handle socket, int backlog) noexcept {
    return outcome(::listen(socket_of(socket), backlog));
}

std::error_code set_option(native_handle socket, socket_option option, int value) noexcept {
    // What SO_REUSEADDR allows elsewhere, to listen again at once where a listener has just ended,
    // Windows allows anyway. Its own SO_REUSEADDR lets anybody take a port that is in use.
    if (option == socket_option::reuse_address) return {};
    if (option == socket_option::reuse_port) return windows_error(WSAENOPROTOOPT);
    const native_option native = native_name(option);
    const auto* const bytes = reinterpret_cast<const char*>(&value);
    return outcome(::setsockopt(socket_of(socket), native.level, native.name, bytes, sizeof value));
}

std::error_code shutdown_sending(native_handle socket) noexcept {
    return outcome(::shutdown(socket_of(socket), SD_SEND));
}

endpoint local_endpoint(native_handle socket, std::error_code& error) noexcept {
    const endpoint at = ask_name(::getsockname, socket, error);
    // So it says that it has none yet.
    if (error == std::errc::invalid_argument) error.clear();
    return at;
}

endpoint remote_endpoint(native_handle socket, std::error_code& error) noexcept {
    return ask_name(::getpeername, socket, error);
}

bool is_abandoned(const endpoint&) noexcept {
    // Where there are local sockets, nobody can tell.
    return false;
}

// Windows has no pairs: two sockets meet at a listener of the loopback. It is there for everybody,
// so whoever came is only taken for the other end if its address says so.
std::error_code open_socket_pair(unique_handle& one, unique_handle& other) noexcept {
    std::error_code error;
    const auto open = [&error] {
        return open_socket(address_family::ipv4, socket_type::stream, error);
    };
    const unique_handle listener = open();
    if (error) return error;
    error = bind_socket(listener.get(), endpoint::loopback());
    if (!error) error = listen_socket(listener.get(), 8);
    if (error) return error;
    const endpoint at = local_endpoint(listener.get(), error);
    one = open();
    if (error) return error;
    if (!connects(one, at)) return last_socket_error();
    const endpoint expected = local_endpoint(one.get(), error);
    for (bool is_ours = false; !is_ours;) {
        other.reset(::accept(socket_of(listener.get()), nullptr, nullptr));
        if (!other) return last_socket_error();
        std::error_code gone;
        is_ours = remote_endpoint(other.get(), gone) == expected;
    }
    // Small messages go back and forth on it.
    for (const unique_handle* each : {&one, &other}) {
        ::SetHandleInformation(handle_of(each->get()), HANDLE_FLAG_INHERIT, 0);
        if (!error) error = set_option(each->get(), socket_option::no_delay, 1);
    }
    return error;
}

}  // namespace eddy
