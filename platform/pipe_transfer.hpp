#pragma once

#include <eddy/operation.hpp>

#include <cstddef>

namespace eddy {

/// Tries `read` or `write` on a pipe and never waits: false if the kernel would have to. Otherwise
/// the results of the operation are set. It uses `scratch`, which is 0 at the first try.
bool try_transfer_on_pipe(operation& op) noexcept;

/// Reads or writes where a file that knows no position is, a pipe say. As readv(2) and writev(2),
/// but that a signal does not interrupt it, and none is raised where nobody reads.
std::ptrdiff_t transfer_in_order(const operation& op, bool reads) noexcept;

}  // namespace eddy
