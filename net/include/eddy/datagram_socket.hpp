#pragma once

#include <eddy/socket_awaiters.hpp>
#include <eddy/task.hpp>

#include <algorithm>

namespace eddy {

/// A datagram that has arrived.
struct received_datagram {
    std::size_t size = 0;    ///< how many bytes of the buffer it fills
    endpoint from;           ///< empty: its sender has no address
    bool truncated = false;  ///< it was longer than the buffer; the rest is lost
};

/// Waits for one datagram.
class [[nodiscard]] receive_datagram_awaiter final : public io_awaiter {
public:
    receive_datagram_awaiter(native_handle on, std::span<std::byte> into,
                             const endpoint& local) noexcept
        : io_awaiter(opcode::receive_from, on, &local), piece_(buffer_of(into)) {
        buffers = {&piece_, 1};
        peer = &from_;
    }

    received_datagram await_resume() const {
        const auto size = static_cast<std::size_t>(io_awaiter::await_resume());
        return {std::min(size, piece_.size), from_, size > piece_.size};
    }

private:
    io_buffer piece_;
    endpoint from_;
};

/// Sends one datagram: to `to`, or to the peer of a connected socket, which then is `to`.
class [[nodiscard]] send_datagram_awaiter : public io_awaiter {
public:
    enum class address : bool { given, of_connection };

    send_datagram_awaiter(native_handle on, std::span<const std::byte> what, const endpoint& to,
                          address which) noexcept
        : io_awaiter(opcode::send_to, on, &to_), piece_(buffer_of(what)), to_(to) {
        buffers = {&piece_, 1};
        if (which == address::given) peer = &to_;
    }

    void await_resume() const { io_awaiter::await_resume(); }

private:
    io_buffer piece_;
    endpoint to_;
};

/// What `udp_socket` and `unix_datagram` have in common. A datagram arrives as a whole or not at
/// all. Belongs to the loop it was made on. One task may receive while another sends.
///
/// While an operation is awaited, the socket stays where it is and its buffer lives. Errors are
/// std::system_error and name the operation and the peer. A cancelled task gets what came first,
/// else `cancelled`.
class datagram_socket {
public:
    /// Sends one datagram. `what` must live until it has gone.
    send_datagram_awaiter send_to(std::span<const std::byte> what, const endpoint& to) noexcept {
        return send_datagram_awaiter(socket_.get(), what, to,
                                     send_datagram_awaiter::address::given);
    }
    /// Waits for one datagram, of whoever it comes from. `into` must live until it has come back.
    receive_datagram_awaiter receive_from(std::span<std::byte> into) noexcept {
        return receive_datagram_awaiter(socket_.get(), into, local_);
    }

    /// To the peer that it is connected to. A peer that is not there may be an error of a later
    /// operation (`connection_refused`).
    send_datagram_awaiter send(std::span<const std::byte> what) noexcept {
        return send_datagram_awaiter(socket_.get(), what, remote_,
                                     send_datagram_awaiter::address::of_connection);
    }
    /// From the peer that it is connected to.
    receive_datagram_awaiter receive(std::span<std::byte> into) noexcept {
        return receive_datagram_awaiter(socket_.get(), into, remote_);
    }

    /// Closes the socket. Operations of other tasks on it end with an error.
    void close() noexcept { socket_.close(); }

    bool is_open() const noexcept { return static_cast<bool>(socket_); }
    endpoint local() const { return socket_.local(); }
    /// Empty if it is not connected.
    const endpoint& remote() const noexcept { return remote_; }

protected:
    /// Takes over an open socket, and binds it to `at` unless that is empty.
    datagram_socket(unique_handle socket, const endpoint& at);

    /// From now on it has one peer, and receives nothing from others.
    task<> connect_to(endpoint to);

    native_handle handle() const noexcept { return socket_.get(); }

private:
    attached_handle socket_;
    endpoint local_;
    endpoint remote_;
};

}  // namespace eddy
