#pragma once

#include <eddy/tcp_stream.hpp>

namespace eddy {

/// Accepts TCP connections at an endpoint. Belongs to the loop it was made on.
class tcp_listener {
public:
    static constexpr int default_backlog = 1024;

    /// Listens at `at`; port 0 lets the system choose one, which `local` tells. The address can be
    /// used again at once after a restart. Throws std::system_error naming the endpoint.
    static tcp_listener bind(const endpoint& at, int backlog = default_backlog);

    /// Waits for the next connection. Too many open files is an error that leaves the listener
    /// usable: the connection stays in the backlog and a later call gets it.
    task<tcp_stream> accept();

    /// Stops listening. A task that waits in `accept` gets an error.
    void close() noexcept { socket_.close(); }

    bool is_open() const noexcept { return static_cast<bool>(socket_); }
    const endpoint& local() const noexcept { return local_; }

private:
    tcp_listener(attached_socket socket, const endpoint& local) noexcept
        : socket_(std::move(socket)), local_(local) {}

    attached_socket socket_;
    endpoint local_;
};

}  // namespace eddy
