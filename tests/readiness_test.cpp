#include "support/sockets.hpp"

#include <eddy/operation.hpp>

#include <gtest/gtest.h>

#include "readiness.hpp"

#include <string>
#include <thread>

// What no backend of this system shows: how each of them has `readiness` take a short read.
namespace eddy::testing {
namespace {

// A receive that waits ends with what it waits on.
struct receiving : operation {
    explicit receiving(native_handle from) {
        code = opcode::receive;
        handle = from;
        piece = buffer_of(std::as_writable_bytes(std::span(text)));
        buffers = {&piece, 1};
    }

    std::string text = std::string(16, ' ');
    io_buffer piece;
};

// How many calls a second receive makes after one that got less than it asked for.
std::uint64_t calls_after_a_short_read(readiness::short_reads mean) {
    const socket_pair pair = open_tcp_pair();
    readiness kernel(mean);
    std::uint32_t generation = 0;
    EXPECT_FALSE(kernel.attach(pair.one.get(), generation));
    send_all(pair.other.get(), "here");
    while (available_bytes(pair.one.get()) < 4) std::this_thread::yield();
    receiving first(pair.one.get());
    EXPECT_FALSE(kernel.submit(first)) << "it has come";
    EXPECT_EQ(first.value, 4U);
    const std::uint64_t before = kernel.system_calls;
    receiving second(pair.one.get());
    EXPECT_TRUE(kernel.submit(second)) << "nothing has come";
    const std::uint64_t calls = kernel.system_calls - before;
    kernel.detach(pair.one.get());
    kernel.finished.clear();
    return calls;
}

TEST(Readiness, SavesTheReadThatOnlyLearnsThatNothingIsThere) {
    EXPECT_EQ(calls_after_a_short_read(readiness::short_reads::empty_a_stream), 0U);
}

TEST(Readiness, TriesAgainWhereShortReadsProveNothing) {
    EXPECT_EQ(calls_after_a_short_read(readiness::short_reads::prove_nothing), 1U);
}

}  // namespace
}  // namespace eddy::testing
