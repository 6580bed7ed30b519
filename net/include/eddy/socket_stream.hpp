#pragma once

#include <eddy/byte_stream.hpp>
#include <eddy/socket.hpp>
#include <eddy/socket_awaiters.hpp>

namespace eddy {

/// What `tcp_stream` and `unix_stream` have in common: a connected socket that carries bytes both
/// ways. Belongs to the loop it was made on; its destructor closes it at once. One task may read
/// while another writes.
///
/// While an operation is awaited, the stream stays where it is and its buffers live. Errors are
/// std::system_error and name the operation and the peer. A cancelled task gets what came first,
/// else `cancelled`; `close` never waits, so it may be awaited in one.
class socket_stream {
public:
    /// Waits for bytes; 0 at the end of the stream. `into` must live until it has come back.
    transfer_awaiter read(std::span<std::byte> into) noexcept {
        return transfer_awaiter(opcode::receive, socket_.get(), into, remote_);
    }
    /// Sends some of `from` and gives how much. `from` must live until it has come back.
    transfer_awaiter write(std::span<const std::byte> from) noexcept {
        return transfer_awaiter(opcode::send, socket_.get(), from, remote_);
    }
    /// Sends all of `from`, which must live until it has come back. When it throws, cancelled or
    /// not, a part may have been sent.
    write_all_awaiter write_all(std::span<const std::byte> from) noexcept {
        return write_all_awaiter(socket_, from, remote_);
    }
    /// Sends some of several pieces with one call to the kernel. Both they and their array must
    /// live until it has come back.
    vector_transfer_awaiter write(std::span<const io_buffer> pieces) noexcept {
        return vector_transfer_awaiter(opcode::send, socket_.get(), pieces, remote_);
    }

    /// Waits until a `read` would not have to wait. Holds no buffer meanwhile.
    readiness_awaiter readable() noexcept {
        return readiness_awaiter(opcode::readable, socket_.get(), &remote_);
    }

    /// Tells the peer that nothing more will be written; reading goes on. Throws std::system_error.
    void shutdown_write();

    /// Closes the connection. Operations of other tasks on it end with an error.
    task<> close();

    bool is_open() const noexcept { return static_cast<bool>(socket_); }
    const endpoint& remote() const noexcept { return remote_; }
    /// Throws std::system_error.
    endpoint local() const { return socket_.local(); }
    native_handle native() const noexcept { return socket_.get(); }

protected:
    socket_stream(attached_handle socket, const endpoint& remote) noexcept
        : socket_(std::move(socket)), remote_(remote) {}

    static task<attached_handle> open_connection(endpoint to);

private:
    attached_handle socket_;
    endpoint remote_;
};

}  // namespace eddy
