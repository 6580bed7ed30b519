#pragma once

#include "random_world.hpp"

#include <eddy/task.hpp>

namespace eddy::testing {

/// One step of a random program that involves no other work: it sleeps, computes, uses what tasks
/// share, wakes or cancels others, talks over a socket, or fails with `deliberate`.
task<> take_simple_step(world& in);

/// Awaits `work`; the failures that programs draw end here, but not a cancellation.
task<> forgive(task<> work);

}  // namespace eddy::testing
