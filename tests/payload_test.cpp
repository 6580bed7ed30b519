#include <eddy/payload.hpp>

#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace eddy {
namespace {

std::vector<std::byte> block_of(std::size_t size, int value) {
    return std::vector<std::byte>(size, static_cast<std::byte>(value));
}

memory_mapping open(const payload& what) {
    EXPECT_TRUE(what.memory && what.bytes.empty());
    std::error_code error;
    memory_mapping mapped = memory_mapping::open(what.memory->get(), mapping_access::read, error);
    EXPECT_FALSE(error) << error.message();
    return mapped;
}

TEST(Payload, KeepsFewBytesAsTheyAre) {
    payload_writer writer;
    writer.write(block_of(3, 1));
    writer.write(block_of(2, 2));
    const payload written = std::move(writer).finish();
    EXPECT_FALSE(written.memory);

    payload_reader reader(written.bytes);
    EXPECT_TRUE(std::ranges::equal(reader.take(3), block_of(3, 1)));
    EXPECT_TRUE(std::ranges::equal(reader.take(2), block_of(2, 2)));
    EXPECT_EQ(reader.left(), 0U);
}

TEST(Payload, PutsManyBytesIntoSharedMemory) {
    payload_writer writer;
    writer.write(block_of(5, 1));
    writer.write(block_of(1'000'000, 2));
    writer.write(block_of(7, 3));
    const payload written = std::move(writer).finish();

    const memory_mapping memory = open(written);
    payload_reader reader(memory.bytes());
    EXPECT_EQ(reader.left(), 1'000'012U);
    EXPECT_TRUE(std::ranges::equal(reader.take(5), block_of(5, 1)));
    EXPECT_TRUE(std::ranges::equal(reader.take(1'000'000), block_of(1'000'000, 2)));
    EXPECT_TRUE(std::ranges::equal(reader.take(7), block_of(7, 3)));
}

TEST(Payload, PutsManySmallBlocksIntoSharedMemoryToo) {
    payload_writer writer;
    for (int i = 0; i < 3000; ++i) writer.write(block_of(100, i));
    const payload written = std::move(writer).finish();

    const memory_mapping memory = open(written);
    payload_reader reader(memory.bytes());
    for (int i = 0; i < 3000; ++i)
        ASSERT_TRUE(std::ranges::equal(reader.take(100), block_of(100, i))) << i;
}

TEST(Payload, ChangesItsWayExactlyAtItsLimit) {
    payload_writer below;
    below.write(block_of(payload_writer::most_bytes - 1, 1));
    EXPECT_FALSE(std::move(below).finish().memory);

    payload_writer at;
    at.write(block_of(payload_writer::most_bytes, 1));
    EXPECT_TRUE(std::move(at).finish().memory);
}

TEST(Payload, AlignsWhatFollows) {
    payload_writer writer;
    writer.write(block_of(3, 1));
    writer.align(8);
    writer.write(block_of(8, 2));
    writer.align(8);
    const payload written = std::move(writer).finish();
    EXPECT_EQ(written.bytes.size(), 16U);

    payload_reader reader(written.bytes);
    reader.take(3);
    reader.align(8);
    EXPECT_EQ(reader.position(), written.bytes.data() + 8);
}

TEST(Payload, ThatIsCutOffIsFoundOut) {
    const auto bytes = block_of(10, 0);
    payload_reader reader(bytes);
    EXPECT_THROW(reader.take(11), serialization_error);
    reader.take(9);
    EXPECT_THROW(reader.align(8), serialization_error);
}

}  // namespace
}  // namespace eddy
