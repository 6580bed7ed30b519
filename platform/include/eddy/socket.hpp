#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/native_handle.hpp>

#include <cstdint>
#include <system_error>

namespace eddy {

enum class socket_type : std::uint8_t { stream, datagram };

enum class socket_option : std::uint8_t {
    reuse_address,
    reuse_port,
    no_delay,
    keep_alive,
    receive_buffer,
    send_buffer,
    broadcast,
};

/// Opens a socket that is closed on exec. It is in the kernel's blocking mode: a backend that needs
/// another one sets it. An error is returned in `error`, which is cleared on success.
unique_handle open_socket(address_family family, socket_type type, std::error_code& error) noexcept;

/// As bind(2).
std::error_code bind_socket(native_handle socket, const endpoint& at) noexcept;
/// As listen(2).
std::error_code listen_socket(native_handle socket, int backlog) noexcept;
/// `value` is 1 or 0, for the two buffers their size in bytes (socket(7), tcp(7)).
std::error_code set_option(native_handle socket, socket_option option, int value) noexcept;
/// Nothing more will be sent.
std::error_code shutdown_sending(native_handle socket) noexcept;
/// As getsockname(2). Where a socket has no address yet, it is all zeros, or empty (Windows).
endpoint local_endpoint(native_handle socket, std::error_code& error) noexcept;
/// As getpeername(2).
endpoint remote_endpoint(native_handle socket, std::error_code& error) noexcept;

/// Whether the file of a local socket is left of one that nobody has open any more. Who listens
/// there notices nothing of the question.
bool is_abandoned(const endpoint& at) noexcept;

/// Two stream sockets connected to each other.
std::error_code open_socket_pair(unique_handle& one, unique_handle& other) noexcept;

}  // namespace eddy
