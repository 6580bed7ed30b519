#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

// What Linux and the BSDs are told by a flag of the call itself, and macOS by another call after
// it. One file for each. All sockets of eddy's own making are closed on exec, and writing to one
// whose peer is gone is an error, no SIGPIPE.
namespace eddy {

/// As socket(2).
int make_socket(int family, int type) noexcept;

/// As socketpair(2), for local streams.
int make_socket_pair(int (&both)[2]) noexcept;

/// As pipe(2).
int make_pipe(int (&ends)[2]) noexcept;

/// As writev(2), but to a pipe that nobody reads any more it is an error, no SIGPIPE.
ssize_t write_to_pipe(int pipe, const iovec* pieces, int count) noexcept;

/// As accept(2).
int accept_socket(int listener, sockaddr* peer, socklen_t* size) noexcept;

/// Gives a socket that came from elsewhere what is said above about SIGPIPE, where no flag of send
/// can, and lets send respect `MSG_DONTWAIT`. Whatever is no socket stays as it is.
void prepare_socket(int handle) noexcept;

/// The flag for send(2) that asks for no SIGPIPE; 0 where there is none.
extern const int no_signal;

/// Whether a datagram that was refused would have had room in its own socket: then it was the
/// receiver that had none. Always false where a full receiver is an error of its own.
bool has_room_to_send(int socket) noexcept;

/// As recvmsg(2); the handles that come along are closed on exec.
ssize_t receive_message(int socket, msghdr& message, int flags) noexcept;

/// As recvmsg(2) without waiting; gives the full size of a datagram, also if it did not fit.
ssize_t receive_datagram_message(int socket, msghdr& message) noexcept;

/// Whether a socket is a stream of TCP. False for what is no socket.
bool is_tcp(int handle) noexcept;

/// Whether an error of accept(2) belongs to the connection that was about to be accepted, not to
/// the listener.
bool concerns_lost_peer(int error) noexcept;

}  // namespace eddy
