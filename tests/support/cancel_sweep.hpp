#pragma once

#include "simulated_backend.hpp"

#include <eddy/task.hpp>

#include <functional>
#include <vector>

namespace eddy::testing {

/// What a sweep runs again and again, each time made afresh.
struct scenario {
    /// They start in this order, all in the first turn. Each of the first `victims` is cancelled in
    /// runs of its own; the others have to end well whatever happens to a victim.
    std::vector<task<>> tasks;
    std::size_t victims = 0;
    /// What must hold when all tasks have ended, whoever was cancelled.
    std::function<void()> check;
};

using scenario_maker = std::function<scenario(simulated_backend& kernel)>;

/// Runs a scenario cancelling a victim at its 1st, 2nd, … n-th chance, until the chances come after
/// its end; for each victim, for all tasks together, and with several seeds. A chance comes between
/// any task being woken and its being resumed, and whenever all of them wait.
///
/// Fails if a run hangs, if a task ends by another exception than the victim's `cancelled`, if a
/// `counted` object or a simulated handle is left, or if the check of the scenario fails.
void sweep(const scenario_maker& make);

}  // namespace eddy::testing
