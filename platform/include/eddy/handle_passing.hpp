#pragma once

#include <eddy/native_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <vector>

namespace eddy {

enum class when_not_ready : std::uint8_t { wait, give_up };

/// Sends some of `bytes` over a local stream socket, and with the first of them a copy of `passed`,
/// unless that is invalid. Returns how many were taken; 0 with an error, which is
/// `operation_would_block` if it gave up.
std::size_t send_with_handle(native_handle socket, std::span<const std::byte> bytes,
                             native_handle passed, when_not_ready what,
                             std::error_code& error) noexcept;

/// Receives bytes, and appends the handles that came with them, none of which came before the
/// bytes it was sent with. Returns how many bytes; 0 without an error at the end of the stream.
std::size_t receive_with_handles(native_handle socket, std::span<std::byte> into,
                                 std::vector<unique_handle>& handles, when_not_ready what,
                                 std::error_code& error);

}  // namespace eddy
