#include <eddy/resource_usage.hpp>

#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy {
namespace {

// Takes memory from the system, writes to all of it and gives it back. Not from the heap, which may
// keep what is freed: that of AddressSanitizer does.
void use_for_a_moment(std::size_t bytes) {
    std::error_code error;
    const unique_handle memory = open_shared_memory(bytes, error);
    ASSERT_FALSE(error) << error.message();
    ASSERT_FALSE(seal_size(memory.get()));
    const auto mapping = memory_mapping::open(memory.get(), mapping_access::read_and_write, error);
    ASSERT_FALSE(error) << error.message();
    std::ranges::fill(mapping.bytes(), std::byte{1});
}

TEST(ResourceUsage, PeakMemoryFallsBackAfterAReset) {
    constexpr std::size_t large = 64 * 1024 * 1024;
    use_for_a_moment(large);
    const std::uint64_t with_the_block = own_usage().peak_memory;
    EXPECT_GE(with_the_block, large);

    ASSERT_TRUE(reset_peak_memory());
    EXPECT_LE(own_usage().peak_memory, with_the_block - large / 2);
}

}  // namespace
}  // namespace eddy
