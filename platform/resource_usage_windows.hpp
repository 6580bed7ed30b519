#pragma once

#include <eddy/resource_usage.hpp>

#include "windows_calls.hpp"

namespace eddy {

/// Of any process, also of one that has ended and whose handle is still open.
resource_usage usage_of(HANDLE process) noexcept;

/// Adds a child that has ended to `children_usage`, which Windows does not count.
void count_child(const resource_usage& used) noexcept;

}  // namespace eddy
