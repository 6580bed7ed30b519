#include "support/random_program.hpp"

#include <gtest/gtest.h>

#include <string>

namespace eddy::testing {
namespace {

constexpr std::uint64_t programs = 1000;

class RandomProgram : public ::testing::TestWithParam<ready_order> {};
INSTANTIATE_TEST_SUITE_P(InOrder, RandomProgram,
                         ::testing::Values(ready_order::promised, ready_order::drawn),
                         [](const auto& order) {
                             return order.param == ready_order::promised ? "Promised" : "Drawn";
                         });

void run_program(std::uint64_t seed, ready_order order) {
    const std::string number = std::to_string(seed);
    const ::testing::ScopedTrace trace(__FILE__, __LINE__,
                                       "seed " + number + "; to run it alone: EDDY_SEED=" + number +
                                           " runtime_test --gtest_filter='*RandomProgram*'");
    run_random_program(seed, order);
}

TEST_P(RandomProgram, KeepsTheModelOfTheLoopAndLeavesNothingBehind) {
    if (const std::optional<std::uint64_t> seed = wanted_seed())
        return run_program(*seed, GetParam());
    for (std::uint64_t seed = 1; seed <= programs; ++seed) {
        run_program(seed, GetParam());
        if (HasFailure()) return;  // one report is enough
    }
}

TEST_P(RandomProgram, IsTheSameForTheSameSeed) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        EXPECT_EQ(run_random_program(seed, GetParam()), run_random_program(seed, GetParam()));
    }
    EXPECT_NE(run_random_program(1, GetParam()), run_random_program(2, GetParam()));
}

}  // namespace
}  // namespace eddy::testing
