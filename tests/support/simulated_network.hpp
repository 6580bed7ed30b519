#pragma once

#include <eddy/backend.hpp>
#include <eddy/native_handle.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <system_error>
#include <utility>
#include <vector>

namespace eddy::testing {

/// The accidents of a simulated run. The same seed gives the same run, with every compiler.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : numbers_(seed) {}

    bool flip() noexcept { return roll(2) == 0; }
    /// One of 0 … sides - 1.
    std::uint64_t roll(std::uint64_t sides) noexcept { return numbers_() % sides; }
    /// Up to a millisecond.
    duration latency() noexcept { return std::chrono::microseconds(roll(1000)); }

private:
    std::mt19937_64 numbers_;
};

/// Stream sockets in memory. Bytes travel for a while, reads and writes are short by accident, and
/// a writer can be no more than `window` ahead of its reader.
///
/// Each handle is a real descriptor of nothing in particular: it can be owned by `unique_handle`,
/// its number is used again after it was closed, and one that was forgotten is found. A real socket
/// that is attached belongs to the network until it is detached, and listens where it is bound.
class simulated_network {
public:
    static constexpr std::size_t window = 4096;

    explicit simulated_network(dice& accidents) noexcept : dice_(accidents) {}

    /// Two sockets connected to each other.
    std::pair<unique_handle, unique_handle> open_pair();
    /// A socket to connect with.
    unique_handle open_socket();
    /// Connections to `at` are accepted here.
    unique_handle open_listener(const endpoint& at);

    /// Nothing more will be sent from this end; its peer finds the end of the stream.
    void shut_down(native_handle end, time_point now) noexcept;
    /// Breaks a connection: both ends get `connection_reset`.
    void reset(native_handle end) noexcept;
    /// The next accept fails, whoever may be waiting to be accepted.
    void refuse_next_accept(native_handle listener, std::errc why) { at(listener).refusal = why; }

    void on_attach(native_handle handle) noexcept;
    void on_close(native_handle handle, time_point now) noexcept;

    /// When an operation can finish, given what has happened so far; none: it depends on others.
    std::optional<time_point> possible_at(const operation& op) const;
    /// Finishes an operation that can.
    void perform(operation& op, time_point now);

    /// Takes note of handles that were closed without ever having been attached.
    void notice_closed(time_point now) noexcept;
    /// How many handles were opened here and are not closed.
    std::size_t open_handles() const noexcept { return sockets_.size(); }
    /// How many bytes have been sent to this end and not been read.
    std::size_t unread(native_handle end) const;

private:
    struct packet {
        time_point arrives;
        std::deque<std::byte> bytes;
    };

    struct connection_request {
        time_point arrives;
        unique_handle server_end;
        endpoint client;
    };

    struct socket {
        native_handle peer = invalid_handle;
        std::deque<packet> incoming;
        std::optional<time_point> end_of_stream;
        bool broken = false;
        bool attached = false;
        endpoint listens_at;
        std::deque<connection_request> backlog;
        std::optional<std::errc> refusal;  // of the next accept
    };

    unique_handle open(socket made);
    socket& at(native_handle handle) { return sockets_.at(handle); }
    const socket& at(native_handle handle) const { return sockets_.at(handle); }
    socket* listener_at(const endpoint& where) noexcept;

    void connect(operation& op, time_point now);
    void accept(operation& op);
    void receive(operation& op, time_point now);
    void send(operation& op, time_point now);

    dice& dice_;
    std::map<native_handle, socket> sockets_;
    std::uint16_t next_port_ = 50'000;
};

}  // namespace eddy::testing
