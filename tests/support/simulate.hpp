#pragma once

#include "simulated_backend.hpp"

#include <eddy/event_loop.hpp>

namespace eddy::testing {

/// Runs `work` on a loop of its own in virtual time. Throws `simulation_stuck` if it hangs.
template <class T>
T simulate(task<T> work, std::uint64_t seed = 1) {
    event_loop loop(simulated(seed));
    return loop.run_until_complete(std::move(work));
}

/// The simulated backend of a loop; by default, of the one that is running.
inline simulated_backend& simulation(event_loop& loop = *event_loop::current()) noexcept {
    return static_cast<simulated_backend&>(loop.kernel());
}

/// How long the simulation has run, on its own clock.
inline duration elapsed_since(time_point start) noexcept {
    return event_loop::current()->kernel().now() - start;
}

}  // namespace eddy::testing
