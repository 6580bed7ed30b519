#pragma once

#include <system_error>

namespace eddy {

/// The category of the error codes that this operating system's calls report: std::system_category,
/// except on Windows, where that one does not know what Winsock's codes mean as `std::errc`.
const std::error_category& system_errors() noexcept;

}  // namespace eddy
