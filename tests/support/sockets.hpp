#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/native_handle.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace eddy::testing {

/// Real sockets, as the peers of a test use them: in the kernel's blocking mode, without a loop.

struct socket_pair {
    unique_handle one;
    unique_handle other;
};

/// Two local sockets connected to each other.
socket_pair open_pair();
/// Two TCP sockets connected to each other over the loopback.
socket_pair open_tcp_pair();

struct listening_socket {
    unique_handle handle;
    endpoint at;
};

/// Listens on a port of the loopback that the system chooses.
listening_socket open_listener(int backlog = 512);
/// A datagram socket bound to a port of the loopback that the system chooses.
listening_socket open_datagram_socket();
/// A connection to a listener, made while we wait.
unique_handle connect_to(const endpoint& listener);
/// A TCP socket to connect with.
unique_handle open_tcp_socket();

/// Sends all of `text`.
void send_all(native_handle to, std::string_view text);
/// Receives up to `most` bytes; waits for the first one. Empty: the end, or an error.
std::string receive_some(native_handle from, std::size_t most = 4096);
/// How many bytes can be received without waiting.
std::size_t available_bytes(native_handle from);
/// Fills a socket until it takes no more. Gives how many bytes that took.
std::size_t fill(native_handle to);

/// Whether the peer ends or breaks the connection; waits for it, for 20 seconds at most.
bool ends_soon(native_handle connection);

/// Whether that is what sending reports once nobody is at the other end of an `open_pair`.
bool means_that_the_peer_has_gone(const std::error_code& error);

/// Whether a handle is open in this process.
bool is_open(native_handle handle);

/// Whether small writes to a TCP socket are held back until there are enough (Nagle's algorithm).
bool waits_to_fill_a_segment(native_handle socket);
/// Lets the next close of a TCP socket break the connection instead of ending it.
void reset_on_close(native_handle socket);
void make_non_blocking(native_handle handle);

/// The bytes of a text, to send or to receive into.
inline std::span<std::byte> bytes_of(std::string& text) noexcept {
    return std::as_writable_bytes(std::span(text));
}

}  // namespace eddy::testing
