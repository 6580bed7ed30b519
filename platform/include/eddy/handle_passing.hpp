#pragma once

#include <eddy/native_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

namespace eddy {

enum class when_not_ready : std::uint8_t { wait, give_up };

/// What is left of a frame under way, where the kernel does not carry handles and a frame says
/// which one comes with its bytes (Windows).
struct handle_frame {
    struct {
        std::uint32_t size = 0;
        std::uint32_t has_handle = 0;
        std::uint64_t handle = 0;  // as the receiver calls it
    } header;
    std::size_t header_left = 0;
    std::size_t body_left = 0;
};

/// One end of a local stream socket, over which handles travel with the bytes. Borrows it.
struct handle_channel {
    native_handle socket = invalid_handle;

    /// The process at the other end, where the system has to know it (Windows). Invalid: this one.
    native_handle peer_process = invalid_handle;

    // Not to be touched.
    handle_frame outgoing{};
    handle_frame incoming{};
    when_not_ready mode = when_not_ready::wait;
};

/// Sends some of `bytes` over a channel, and with the first of them a copy of `passed`, unless that
/// is invalid; on Windows it must not be a socket. Returns how many were taken; 0 with an error,
/// which is `operation_would_block` if it gave up, and `no_buffer_space` also if too many handles
/// are under way.
std::size_t send_with_handle(handle_channel& over, std::span<const std::byte> bytes,
                             native_handle passed, when_not_ready what,
                             std::error_code& error) noexcept;

/// Receives bytes, and appends the handles that came with them, none of which came before the
/// bytes it was sent with. Returns how many bytes; 0 without an error at the end of the stream.
std::size_t receive_with_handles(handle_channel& over, std::span<std::byte> into,
                                 std::vector<unique_handle>& handles, when_not_ready what,
                                 std::error_code& error);

}  // namespace eddy
