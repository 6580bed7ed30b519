#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <vector>

// What seals forbid, where there are any.
namespace eddy {
namespace {

unique_handle open_memory(std::size_t size) {
    std::error_code error;
    unique_handle opened = open_shared_memory(size, error);
    EXPECT_FALSE(error) << error.message();
    return opened;
}

memory_mapping map(const unique_handle& memory, mapping_access access) {
    std::error_code error;
    memory_mapping mapped = memory_mapping::open(memory.get(), access, error);
    EXPECT_FALSE(error) << error.message();
    return mapped;
}

TEST(SharedMemorySeal, WithSealedContentCannotBeChangedByAnybody) {
    const unique_handle memory = open_memory(100);
    ASSERT_FALSE(seal_content(memory.get()));
    const std::vector<std::byte> block(10);
    EXPECT_EQ(write_shared_memory(memory.get(), 0, block), std::errc::operation_not_permitted);
    std::error_code error;
    memory_mapping::open(memory.get(), mapping_access::read_and_write, error);
    EXPECT_TRUE(error);
    EXPECT_EQ(map(memory, mapping_access::read).bytes().size(), 100U);
}

TEST(SharedMemorySeal, IsNotMappedWhileSomebodyCouldShrinkIt) {
    const unique_handle memory = open_memory(100);
    std::error_code error;
    memory_mapping::open(memory.get(), mapping_access::read, error);
    EXPECT_EQ(error, std::errc::operation_not_permitted);
}

}  // namespace
}  // namespace eddy
