#pragma once

#include <eddy/native_handle.hpp>

#include <system_error>

namespace eddy {

/// Opens a channel that goes one way: what is written to one end is read from the other. Both ends
/// are closed on exec and in the kernel's blocking mode: a backend that needs another one sets it.
std::error_code open_pipe(unique_handle& reading, unique_handle& writing) noexcept;

/// What is always empty to read and takes everything that is written (/dev/null).
unique_handle open_null_device(std::error_code& error) noexcept;

}  // namespace eddy
