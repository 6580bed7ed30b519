#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

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

TEST(SharedMemory, StartsZeroed) {
    const unique_handle memory = open_memory(5000);
    ASSERT_FALSE(seal_size(memory.get()));
    const memory_mapping mapped = map(memory, mapping_access::read);
    EXPECT_EQ(mapped.bytes().size(), 5000U);
    EXPECT_TRUE(std::ranges::all_of(mapped.bytes(), [](std::byte b) { return b == std::byte(0); }));
}

TEST(SharedMemory, ShowsWhatIsWrittenThroughAnotherMapping) {
    const unique_handle memory = open_memory(100);
    ASSERT_FALSE(seal_size(memory.get()));
    const memory_mapping writer = map(memory, mapping_access::read_and_write);
    const memory_mapping reader = map(memory, mapping_access::read_and_write);
    writer.bytes()[50] = std::byte(7);
    EXPECT_EQ(reader.bytes()[50], std::byte(7));
}

TEST(SharedMemory, GrowsWhereItIsWritten) {
    const unique_handle memory = open_memory(0);
    const std::vector<std::byte> block(10'000, std::byte(3));
    ASSERT_FALSE(write_shared_memory(memory.get(), 0, block));
    ASSERT_FALSE(write_shared_memory(memory.get(), block.size(), block));
    ASSERT_FALSE(seal_content(memory.get()));
    const memory_mapping mapped = map(memory, mapping_access::read);
    EXPECT_EQ(mapped.bytes().size(), 20'000U);
    EXPECT_TRUE(std::ranges::equal(mapped.bytes().first(block.size()), block));
}

TEST(SharedMemory, OfNoBytesIsMappedToNone) {
    const unique_handle memory = open_memory(0);
    ASSERT_FALSE(seal_content(memory.get()));
    EXPECT_TRUE(map(memory, mapping_access::read).bytes().empty());
}

TEST(SharedMemory, OutlivesItsHandleWhileItIsMapped) {
    unique_handle memory = open_memory(100);
    ASSERT_FALSE(seal_size(memory.get()));
    memory_mapping mapped = map(memory, mapping_access::read_and_write);
    memory.reset();
    mapped.bytes()[99] = std::byte(1);
    const memory_mapping moved = std::move(mapped);
    EXPECT_EQ(moved.bytes()[99], std::byte(1));
}

TEST(SharedMemory, IsOnlyExpectedToBeWrittenByAHint) {
    std::vector<std::byte> block(5'000'000, std::byte(1));
    expect_writes(block);
    expect_writes(std::span(block).subspan(1, 10));
    expect_writes({});
    EXPECT_TRUE(std::ranges::all_of(block, [](std::byte b) { return b == std::byte(1); }));
}

}  // namespace
}  // namespace eddy
