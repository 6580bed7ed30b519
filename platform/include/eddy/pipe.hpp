#pragma once

#include <eddy/native_handle.hpp>

#include <cstdint>
#include <system_error>

namespace eddy {

/// The end of a pipe that another program gets as a standard stream.
enum class given_end : std::uint8_t { none, reading, writing };

/// Opens a channel that goes one way: what is written to one end is read from the other. Both ends
/// are closed on exec and in the kernel's blocking mode: a backend that needs another one sets it.
/// On Windows, where a program that does not expect it loses what it writes to an end that
/// completes later, the given end does not, and so is for other programs only.
std::error_code open_pipe(unique_handle& reading, unique_handle& writing,
                          given_end given = given_end::none) noexcept;

/// What is always empty to read and takes everything that is written (/dev/null).
unique_handle open_null_device(std::error_code& error) noexcept;

}  // namespace eddy
