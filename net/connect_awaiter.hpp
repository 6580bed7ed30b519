#pragma once

#include <eddy/io_awaiter.hpp>

namespace eddy {

/// Waits until a socket is connected to a peer.
class [[nodiscard]] connect_awaiter final : public io_awaiter {
public:
    connect_awaiter(native_handle socket, endpoint& to) noexcept
        : io_awaiter(opcode::connect, socket, &to) {
        peer = &to;
    }
    void await_resume() const { io_awaiter::await_resume(); }
};

}  // namespace eddy
