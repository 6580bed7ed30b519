#pragma once

#include <eddy/io_awaiter.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace eddy::testing {

/// Awaits one operation with one buffer on a socket.
class transfer final : public io_awaiter {
public:
    transfer(opcode way, native_handle on, std::span<std::byte> buffer) noexcept
        : io_awaiter(way, on), piece_{buffer.data(), buffer.size()} {
        buffers = std::span(&piece_, 1);
    }

    std::size_t await_resume() const {
        return static_cast<std::size_t>(io_awaiter::await_resume());
    }

private:
    io_buffer piece_;
};

inline transfer receive(native_handle from, std::span<std::byte> into) noexcept {
    return transfer(opcode::receive, from, into);
}

inline transfer send(native_handle to, std::span<std::byte> from) noexcept {
    return transfer(opcode::send, to, from);
}

/// Sends all of a text.
inline task<> send_text(native_handle to, std::string text) {
    std::span<std::byte> left = std::as_writable_bytes(std::span(text));
    while (!left.empty()) {
        const std::size_t taken = co_await send(to, left);
        left = left.subspan(taken);
    }
}

/// Appends to `text` what comes until the end of the stream.
inline task<> receive_text(native_handle from, std::string& text) {
    for (;;) {
        std::byte piece[64];
        const std::size_t count = co_await receive(from, piece);
        if (count == 0) co_return;
        text.append(reinterpret_cast<const char*>(piece), count);
    }
}

}  // namespace eddy::testing
