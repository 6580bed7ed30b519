#include <eddy/resource_usage.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace eddy {
namespace {

TEST(ResourceUsage, CountsTheProcessorTimeOfThisProcess) {
    const auto before = own_usage().cpu_time;
    volatile std::uint64_t work = 0;
    while (own_usage().cpu_time == before) work = work + 1;
    EXPECT_GT(own_usage().cpu_time, before);
}

TEST(ResourceUsage, KnowsThePeakMemoryOfThisProcess) {
    EXPECT_GT(own_usage().peak_memory, 500'000U);
}

TEST(ResourceUsage, KnowsNothingOfChildrenThatWereNotWaitedFor) {
    EXPECT_GE(children_usage().cpu_time.count(), 0);
}

}  // namespace
}  // namespace eddy
