#include <eddy/resource_usage.hpp>

#include "support/use_memory.hpp"

#include <gtest/gtest.h>

// Where the peak can be reset.
namespace eddy {
namespace {

TEST(ResourceUsage, PeakMemoryFallsBackAfterAReset) {
    constexpr std::size_t large = 64 * 1024 * 1024;
    testing::use_for_a_moment(large);
    const std::uint64_t with_the_block = own_usage().peak_memory;
    EXPECT_GE(with_the_block, large);

    ASSERT_TRUE(reset_peak_memory());
    EXPECT_LE(own_usage().peak_memory, with_the_block - large / 2);
}

}  // namespace
}  // namespace eddy
