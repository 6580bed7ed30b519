#include <eddy/resource_usage.hpp>

#include "support/use_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace eddy {
namespace {

TEST(ResourceUsage, KnowsThePeakMemoryOfThisProcess) {
    constexpr std::size_t large = 64 * 1024 * 1024;
    testing::use_for_a_moment(large);
    EXPECT_GE(own_usage().peak_memory, large);
}

TEST(ResourceUsage, CountsTheProcessorTimeOfThisProcess) {
    const auto before = own_usage().cpu_time;
    volatile std::uint64_t work = 0;
    while (own_usage().cpu_time == before) work = work + 1;
    EXPECT_GT(own_usage().cpu_time, before);
}

TEST(ResourceUsage, KnowsNothingOfChildrenThatWereNotWaitedFor) {
    EXPECT_GE(children_usage().cpu_time.count(), 0);
}

}  // namespace
}  // namespace eddy
