#pragma once

namespace eddy {

/// What `wait` waits for: the first to end, the first to fail (or all, if none does), or all.
enum class return_when { first_completed, first_exception, all_completed };

}  // namespace eddy
