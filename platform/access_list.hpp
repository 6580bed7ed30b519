#pragma once

#include <string>
#include <system_error>

namespace eddy {

/// Whether more is said of who may use the file at `path` than its mode tells.
bool has_access_list(const std::string& path) noexcept;

/// Gives an open file the same list as the one at `path`.
std::error_code copy_access_list(int file, const std::string& path) noexcept;

}  // namespace eddy
