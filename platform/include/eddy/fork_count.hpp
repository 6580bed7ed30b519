#pragma once

namespace eddy {

/// How many forks lie between this process and the one that asked first: differs in a forked child
/// from what it was in its parent, so what belongs to the parent can be told. A child that only
/// executes another program does not count. Costs a load.
unsigned fork_count() noexcept;

}  // namespace eddy
