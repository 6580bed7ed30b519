#include <gtest/gtest.h>

#include "posix.hpp"

#include <array>
#include <vector>

// What of an operation's buffers the kernel is given at once. Nothing is ever read from these.
namespace eddy::testing {
namespace {

constexpr std::size_t huge = std::size_t{3} << 30;

io_buffer piece(std::size_t size) {
    return {reinterpret_cast<void*>(4096), size};
}

std::span<const io_buffer> given(opcode code, std::span<const io_buffer> buffers) {
    operation asked;
    asked.code = code;
    asked.buffers = buffers;
    return pieces_of(asked);
}

TEST(Pieces, AreAllOfThemWhileTheyAreFewAndSmall) {
    const std::array buffers{piece(10), piece(0), piece(20)};
    EXPECT_EQ(given(opcode::send, buffers).size(), 3U);
    EXPECT_EQ(given(opcode::receive, buffers).size(), 3U);
}

TEST(Pieces, AreTheOneThatIsTooLargeAloneThoughEmptyOnesStandBeforeIt) {
    const std::array buffers{piece(0), piece(0), piece(huge), piece(1)};
    for (const opcode code : {opcode::send, opcode::receive, opcode::write, opcode::read_at}) {
        const std::span<const io_buffer> found = given(code, buffers);
        ASSERT_EQ(found.size(), 1U) << to_string(code);
        EXPECT_EQ(found[0].size, huge) << to_string(code);
    }
}

TEST(Pieces, EndInFrontOfOneThatIsTooLarge) {
    const std::array buffers{piece(1), piece(huge)};
    EXPECT_EQ(given(opcode::receive, buffers).size(), 1U);
    EXPECT_EQ(given(opcode::send, buffers).size(), 1U);
    const std::array less{piece(1), piece(most_per_send)};
    EXPECT_EQ(given(opcode::receive, less).size(), 2U);
    EXPECT_EQ(given(opcode::send, less).size(), 1U);
}

TEST(Pieces, OfAStreamThatIsSentEndOnceTheyAreEnough) {
    const std::vector<io_buffer> buffers(100, piece(most_per_send / 4));
    EXPECT_EQ(given(opcode::send, buffers).size(), 4U);
    EXPECT_EQ(given(opcode::receive, buffers).size(), 100U);
}

TEST(Pieces, AreNoMoreThanTheKernelTakes) {
    const std::vector<io_buffer> buffers(IOV_MAX + 1, piece(1));
    EXPECT_EQ(given(opcode::send, buffers).size(), std::size_t{IOV_MAX});
}

TEST(Pieces, AreOneIfAllAreEmpty) {
    const std::array buffers{piece(0), piece(0)};
    EXPECT_EQ(given(opcode::send, buffers).size(), 1U);
    EXPECT_TRUE(given(opcode::send, {}).empty());
}

TEST(Pieces, OfADatagramAreAllOrNothing) {
    const std::array buffers{piece(0), piece(huge)};
    EXPECT_EQ(given(opcode::send_to, buffers).size(), 2U);
}

}  // namespace
}  // namespace eddy::testing
