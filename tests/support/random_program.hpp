#pragma once

#include <cstdint>
#include <optional>

namespace eddy::testing {

/// In which order ready tasks are resumed: the one that the loop promises, or one that is drawn.
enum class ready_order : std::uint8_t { promised, drawn };

/// By which one run of a program can be told from another.
struct run_summary {
    std::uint64_t turns = 0;
    std::uint64_t resumptions = 0;
    std::uint64_t steps = 0;
    std::int64_t end = 0;

    bool operator==(const run_summary&) const = default;
};

/// Runs a program that is drawn from a seed, of tasks in groups, races and timeouts that share
/// locks, queues and sockets, cancel each other and fail, in virtual time. After every turn the
/// model of the loop must hold (`loop_model`); at the end nothing may be left.
///
/// The same seed gives the same program and the same run. Reports with GoogleTest.
run_summary run_random_program(std::uint64_t seed, ready_order order);

/// The seed that the environment asks for by EDDY_SEED, to run that program alone.
std::optional<std::uint64_t> wanted_seed();

}  // namespace eddy::testing
