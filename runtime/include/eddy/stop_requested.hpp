#pragma once

namespace eddy {

/// For functions that run long in a process pool: whether somebody has cancelled the call, and its
/// result will not be used. Costs a few loads. Elsewhere, on a thread pool too, always false.
bool stop_requested() noexcept;

}  // namespace eddy
