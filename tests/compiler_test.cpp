#include <eddy/compiler.hpp>

#include "support/simulate.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace eddy::testing {
namespace {

TEST(Compiler, IsNotTrustedWithSymmetricTransferUnderSanitizers) {
    EXPECT_FALSE(sanitized && symmetric_transfer);
}

// Not in a coroutine, whose variables live on the heap.
[[gnu::noinline]] std::uintptr_t top_of_the_stack() {
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

task<std::uintptr_t> place_on_the_stack() {
    co_return top_of_the_stack();
}

// How far apart on the stack the first and the last of many awaited coroutines run.
task<std::uintptr_t> growth_of_the_stack() {
    const std::uintptr_t first = co_await place_on_the_stack();
    std::uintptr_t last = first;
    for (int i = 0; i < 1000; ++i) last = co_await place_on_the_stack();
    co_return first > last ? first - last : last - first;
}

TEST(Compiler, PassesControlBetweenCoroutinesWithoutGrowingTheStack) {
    EXPECT_LT(simulate(growth_of_the_stack()), 1000U);
}

}  // namespace
}  // namespace eddy::testing
