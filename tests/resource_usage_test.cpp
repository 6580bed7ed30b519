#include <eddy/resource_usage.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace eddy {
namespace {

// Uses every byte, so that the memory is really there.
std::size_t touch(std::size_t bytes) {
    std::vector<unsigned char> memory(bytes, 1);
    std::size_t sum = 0;
    for (std::size_t at = 0; at < bytes; at += 512) sum += memory[at];
    return sum;
}

TEST(ResourceUsage, CountsTheProcessorTimeOfThisProcess) {
    const auto before = own_usage().cpu_time;
    volatile std::uint64_t work = 0;
    while (own_usage().cpu_time == before) work = work + 1;
    EXPECT_GT(own_usage().cpu_time, before);
}

TEST(ResourceUsage, PeakMemoryFallsBackAfterAReset) {
    constexpr std::size_t large = 64 * 1024 * 1024;
    EXPECT_GT(touch(large), 0u);
    const std::uint64_t with_the_block = own_usage().peak_memory;
    EXPECT_GE(with_the_block, large);

    ASSERT_TRUE(reset_peak_memory());
    EXPECT_LE(own_usage().peak_memory, with_the_block - large / 2);
}

TEST(ResourceUsage, KnowsNothingOfChildrenThatWereNotWaitedFor) {
    EXPECT_GE(children_usage().cpu_time.count(), 0);
}

}  // namespace
}  // namespace eddy
