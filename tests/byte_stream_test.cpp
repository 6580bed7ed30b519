#include <eddy/byte_stream.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/stuttering_stream.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/pipe_stream.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>
#include <eddy/tls_stream.hpp>
#include <eddy/unix_datagram.hpp>
#include <eddy/unix_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

namespace eddy::testing {
namespace {

using from_memory = std::span<const std::byte>;
using into_memory = std::span<std::byte>;

static_assert(byte_stream<tcp_stream>);
static_assert(byte_stream<unix_stream>);
static_assert(byte_stream<pipe_stream>);
static_assert(byte_stream<tls_stream<tcp_stream>>);
static_assert(byte_stream<tls_stream<unix_stream>>);
static_assert(byte_stream<stuttering_stream>);
static_assert(!byte_stream<unix_datagram>);
static_assert(!byte_stream<std::string>);

struct has_no_read {
    task<std::size_t> write(from_memory from);
    task<> close();
};
struct has_no_write {
    task<std::size_t> read(into_memory into);
    task<> close();
};
struct has_no_close {
    task<std::size_t> read(into_memory into);
    task<std::size_t> write(from_memory from);
};
struct tells_no_size : has_no_write {
    task<> write(from_memory from);
};
struct cannot_be_awaited : has_no_write {
    std::size_t write(from_memory from);
};
struct writes_only_what_it_may_change : has_no_write {
    task<std::size_t> write(into_memory from);
};
static_assert(!byte_stream<has_no_read>);
static_assert(!byte_stream<has_no_write>);
static_assert(!byte_stream<has_no_close>);
static_assert(!byte_stream<tells_no_size>);
static_assert(!byte_stream<cannot_be_awaited>);
static_assert(!byte_stream<writes_only_what_it_may_change>);

template <byte_stream Stream>
task<std::string> read_text_exactly(Stream& from, std::size_t size) {
    std::string text(size, ' ');
    co_await read_exactly(from, std::as_writable_bytes(std::span(text)));
    co_return text;
}

TEST(ReadExactly, JoinsShortReadsAndTakesNothingBehind) {
    run([]() -> task<> {
        stuttering_stream stream(3, "head and body");
        EXPECT_EQ(co_await read_text_exactly(stream, 8), "head and");
        EXPECT_EQ(stream.calls, 3) << "3 + 3 + 2 bytes";
        EXPECT_EQ(co_await read_text_exactly(stream, 5), " body");
    });
}

TEST(ReadExactly, ThrowsIncompleteReadWhereverTheStreamEndsEarly) {
    for (const std::size_t comes : {0U, 1U, 3U, 7U}) {
        stuttering_stream stream(3, std::string(comes, 'x'));
        EXPECT_THROW(run(read_text_exactly(stream, 8)), incomplete_read) << comes << " bytes";
    }
}

TEST(ReadExactly, AsksTheStreamNothingIfNothingIsWanted) {
    stuttering_stream stream(3, "");
    EXPECT_EQ(run(read_text_exactly(stream, 0)), "");
    EXPECT_EQ(stream.calls, 0);
}

TEST(WriteAll, GoesOnAfterAShortWrite) {
    run([]() -> task<> {
        stuttering_stream stream(4, "");
        co_await write_all(stream, std::string_view("ten bytes."));
        EXPECT_EQ(stream.written, "ten bytes.");
        EXPECT_EQ(stream.calls, 3) << "4 + 4 + 2 bytes";
        co_await write_all(stream, std::string_view());
        EXPECT_EQ(stream.calls, 3);
    });
}

TEST(WriteAll, PassesOnTheErrorThatStopsItInTheMiddle) {
    stuttering_stream stream(4, "");
    stream.room = 8;
    EXPECT_THROW(run(write_all(stream, std::string_view("ten bytes."))), deliberate);
    EXPECT_EQ(stream.written, "ten byte");
}

struct stream_pair {
    tcp_stream near;
    tcp_stream far;
};

// Over a network whose reads and writes are short by accident.
stream_pair simulated_connection() {
    auto [one, other] = simulation().network().open_pair();
    const endpoint at = endpoint::loopback(80);
    return {tcp_stream::adopt(std::move(one), at), tcp_stream::adopt(std::move(other), at)};
}

task<> write_and_close(tcp_stream& to, const std::string& text) {
    co_await write_all(to, std::string_view(text));
    co_await to.close();
}

task<> pass_on(std::size_t size) {
    stream_pair ends = simulated_connection();
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    const auto [none, came] =
        co_await gather(write_and_close(ends.near, text), read_text_exactly(ends.far, size));
    EXPECT_TRUE(came == text);
}

TEST(ReadExactly, GetsWhatWriteAllWroteHoweverItIsCutOnItsWay) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        simulate(pass_on(20'000), seed);
    }
}

task<> cancel_in_the_middle() {
    stream_pair ends = simulated_connection();
    auto reading = create_task(ending_of(read_text_exactly(ends.far, 10)));
    co_await write_all(ends.near, std::string_view("half"));
    co_await sleep(std::chrono::seconds(1));
    EXPECT_FALSE(reading.done());
    reading.cancel();
    EXPECT_EQ(co_await reading, ending::cancelled);
    co_await write_all(ends.near, std::string_view("rest"));
    EXPECT_EQ(co_await read_text_exactly(ends.far, 4), "rest") << "the first half is lost";
}

TEST(ReadExactly, IsCancelledWhileItWaitsForTheRest) {
    simulate(cancel_in_the_middle());
}

}  // namespace
}  // namespace eddy::testing
