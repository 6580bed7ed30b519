#pragma once

#include <eddy/attached_handle.hpp>
#include <eddy/readiness_awaiter.hpp>

#include <span>

namespace eddy {

/// One read or write of one buffer; gives the number of bytes.
class [[nodiscard]] transfer_awaiter final : public io_awaiter {
public:
    transfer_awaiter(opcode way, native_handle on, std::span<std::byte> into,
                     const endpoint& remote) noexcept
        : io_awaiter(way, on, &remote), buffer_(buffer_of(into)) {
        buffers = {&buffer_, 1};
    }
    transfer_awaiter(opcode way, native_handle on, std::span<const std::byte> from,
                     const endpoint& remote) noexcept
        : io_awaiter(way, on, &remote), buffer_(buffer_of(from)) {
        buffers = {&buffer_, 1};
    }

    std::size_t await_resume() const {
        return static_cast<std::size_t>(io_awaiter::await_resume());
    }

private:
    io_buffer buffer_;
};

/// The same for several buffers at once.
class [[nodiscard]] vector_transfer_awaiter final : public io_awaiter {
public:
    vector_transfer_awaiter(opcode way, native_handle on, std::span<const io_buffer> pieces,
                            const endpoint& remote) noexcept
        : io_awaiter(way, on, &remote) {
        buffers = pieces;
    }

    std::size_t await_resume() const {
        return static_cast<std::size_t>(io_awaiter::await_resume());
    }
};

/// Sends all of a buffer, however many calls to the kernel that takes.
class [[nodiscard]] write_all_awaiter final : public io_awaiter {
public:
    write_all_awaiter(const attached_handle& on, std::span<const std::byte> from,
                      const endpoint& remote) noexcept
        : io_awaiter(opcode::send, on.get(), &remote),
          socket_(on),
          closings_(on.closings()),
          left_(buffer_of(from)) {
        buffers = {&left_, 1};
        goes_on = true;
    }

    bool await_ready() const {
        checkpoint();
        return left_.size == 0;
    }
    bool await_suspend(coroutine caller) noexcept { return suspend_if(submit_rest(), caller); }
    void await_resume() const { io_awaiter::await_resume(); }

private:
    bool start_again() noexcept override;
    bool submit_rest() noexcept;
    bool skip_sent() noexcept;  // whether anything is left

    const attached_handle& socket_;
    const std::uint32_t closings_;  // before this began
    io_buffer left_;
};

}  // namespace eddy
