#pragma once

namespace eddy {

/// How many threads of this process can run at once: the processors it may use, cut down to its
/// share of processor time where a container limits that. At least one.
unsigned usable_cpu_count() noexcept;

}  // namespace eddy
