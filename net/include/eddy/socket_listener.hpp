#pragma once

#include <eddy/socket_awaiters.hpp>
#include <eddy/task.hpp>

namespace eddy {

/// What `tcp_listener` and `unix_listener` have in common: a socket that accepts connections.
/// Belongs to the loop it was made on.
class socket_listener {
public:
    static constexpr int default_backlog = 1024;

    /// Stops listening. A task that waits in `accept` gets an error.
    void close() noexcept { socket_.close(); }

    bool is_open() const noexcept { return static_cast<bool>(socket_); }
    const endpoint& local() const noexcept { return local_; }

protected:
    /// Listens with a socket that is open but not bound.
    socket_listener(unique_handle socket, const endpoint& at, int backlog);

    struct connection {
        unique_handle socket;
        endpoint remote;
    };
    task<connection> accept_connection();

private:
    attached_handle socket_;
    endpoint local_;
};

}  // namespace eddy
