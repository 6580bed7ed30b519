#pragma once

#include <eddy/operation.hpp>

namespace eddy {

/// Tries `read` or `write` on a pipe and never waits: false if the kernel would have to. Otherwise
/// the results of the operation are set. It uses `scratch`, which is 0 at the first try.
bool try_transfer_on_pipe(operation& op) noexcept;

}  // namespace eddy
