#include <eddy/buffered_reader.hpp>

#include "support/cancel_sweep.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/stuttering_stream.hpp"

#include <eddy/gather.hpp>
#include <eddy/pipe_stream.hpp>
#include <eddy/race.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>
#include <eddy/timeout.hpp>
#include <eddy/tls_stream.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

static_assert(byte_stream<buffered_reader<tcp_stream>>);
static_assert(byte_stream<buffered_reader<pipe_stream>>);
static_assert(byte_stream<buffered_reader<tls_stream<tcp_stream>>>);

constexpr std::size_t whole = 1'000'000;  // a stream that gives all it has at once

template <byte_stream Stream>
task<std::string> read_text(Stream& from, std::size_t most) {
    std::string text(most, ' ');
    const std::size_t size = co_await from.read(std::as_writable_bytes(std::span(text)));
    text.resize(size);
    co_return text;
}

template <byte_stream Stream>
task<std::vector<std::string>> lines_of(buffered_reader<Stream>& reader) {
    std::vector<std::string> lines;
    for (;;) {
        std::optional<std::string> line = co_await reader.read_line();
        if (!line) co_return lines;
        lines.push_back(std::move(*line));
    }
}

TEST(BufferedReader, ReadsUpToADelimiterHoweverItIsCut) {
    for (std::size_t piece = 1; piece <= 30; ++piece) {
        SCOPED_TRACE(piece);
        run(
            [](std::size_t size) -> task<> {
                stuttering_stream stream(size, "one\r\n\r\n\rtwo\n\r\n\r\n\r\nrest");
                buffered_reader reader(stream);
                EXPECT_EQ(co_await reader.read_until("\r\n\r\n"), "one\r\n\r\n");
                EXPECT_EQ(co_await reader.read_until("\r\n\r\n"), "\rtwo\n\r\n\r\n");
                EXPECT_EQ(co_await reader.read_until("t"), "\r\nrest");
            },
            piece);
    }
}

TEST(BufferedReader, FindsADelimiterWhoseBeginningComesTwice) {
    for (std::size_t piece = 1; piece <= 8; ++piece) {
        SCOPED_TRACE(piece);
        run(
            [](std::size_t size) -> task<> {
                stuttering_stream stream(size, "aaaab|aab");
                buffered_reader reader(stream);
                EXPECT_EQ(co_await reader.read_until("aab"), "aaaab");
                EXPECT_EQ(co_await reader.read_until("aab"), "|aab");
            },
            piece);
    }
}

TEST(BufferedReader, ReadsLinesOfBothKinds) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{5}, whole}) {
        SCOPED_TRACE(piece);
        run(
            [](std::size_t size) -> task<> {
                stuttering_stream stream(size, "unix\nwindows\r\n\n\r\nold\rmac\nthe last\r");
                buffered_reader reader(stream);
                const std::vector<std::string> expected = {"unix", "windows",  "",
                                                           "",     "old\rmac", "the last\r"};
                EXPECT_EQ(co_await lines_of(reader), expected);
                EXPECT_EQ(co_await reader.read_line(), std::nullopt) << "it stays at its end";
            },
            piece);
    }
}

TEST(BufferedReader, GivesNoLineBehindTheEndOfTheLast) {
    run([]() -> task<> {
        stuttering_stream stream(whole, "only\n");
        buffered_reader reader(stream);
        EXPECT_EQ(co_await reader.read_line(), "only");
        EXPECT_EQ(co_await reader.read_line(), std::nullopt);
        stuttering_stream empty(whole, "");
        buffered_reader nothing(empty);
        EXPECT_EQ(co_await nothing.read_line(), std::nullopt);
    });
}

TEST(BufferedReader, TakesManyPartsFromOneRead) {
    run([]() -> task<> {
        stuttering_stream stream(whole, "a\nb\nc\n");
        buffered_reader reader(stream);
        for (const std::string_view line : {"a", "b", "c"}) {
            EXPECT_EQ(co_await reader.read_line(), line);
        }
        EXPECT_EQ(stream.calls, 1);
    });
}

TEST(BufferedReader, GivesWhatItHasKeptToReadFirst) {
    run([]() -> task<> {
        stuttering_stream stream(whole, "head\nbody and more");
        buffered_reader reader(stream);
        EXPECT_EQ(co_await reader.read_line(), "head");
        EXPECT_EQ(co_await read_text(reader, 4), "body");
        EXPECT_EQ(co_await read_text(reader, 100), " and more");
        EXPECT_EQ(stream.calls, 1);
        EXPECT_EQ(co_await read_text(reader, 100), "") << "the end of the stream";
    });
}

TEST(BufferedReader, AsksTheStreamOnceForManySmallReads) {
    run([]() -> task<> {
        stuttering_stream stream(whole, "abcdef");
        buffered_reader reader(stream);
        for (const std::string_view letter : {"a", "b", "c", "d", "e", "f"}) {
            EXPECT_EQ(co_await read_text(reader, 1), letter);
        }
        EXPECT_EQ(stream.calls, 1);
    });
}

TEST(BufferedReader, ReadsWhatIsLargeWithoutItsBuffer) {
    for (const std::size_t limit : {std::size_t{100}, std::size_t{5000}, std::size_t{100'000}}) {
        SCOPED_TRACE(limit);
        run(
            [](std::size_t most) -> task<> {
                stuttering_stream stream(whole, std::string(30'000, 'x'));
                buffered_reader reader(stream, most);
                EXPECT_EQ((co_await read_text(reader, 20'000)).size(), 20'000U);
                EXPECT_EQ((co_await read_text(reader, 20'000)).size(), 10'000U);
                EXPECT_EQ(stream.calls, 2);
            },
            limit);
    }
}

TEST(BufferedReader, LosesNothingIfTheStreamEndsBeforeTheDelimiter) {
    for (const std::string_view comes : {"", "half", "half\r"}) {
        SCOPED_TRACE(comes);
        run(
            [](std::string text) -> task<> {
                stuttering_stream stream(3, text);
                buffered_reader reader(stream);
                const ending end = co_await ending_of(reader.read_until("\r\n"));
                EXPECT_EQ(end, ending::failure);
                EXPECT_EQ(co_await read_text(reader, 100), text);
            },
            std::string(comes));
    }
    stuttering_stream stream(3, "half");
    buffered_reader reader(stream);
    EXPECT_THROW(run(reader.read_until("\n")), incomplete_read);
}

TEST(BufferedReader, ReadsAPartThatFillsItsLimitExactly) {
    run([]() -> task<> {
        stuttering_stream stream(7, "12345678\n12345678\n");
        buffered_reader reader(stream, 9);
        EXPECT_EQ(co_await reader.read_line(), "12345678");
        EXPECT_EQ(co_await reader.read_until("\n"), "12345678\n");
        EXPECT_EQ(co_await reader.read_line(), std::nullopt);
    });
}

TEST(BufferedReader, ReadsALastLineWithoutItsEndThatFillsItsLimit) {
    stuttering_stream stream(7, "123456789");
    buffered_reader reader(stream, 9);
    EXPECT_EQ(run(reader.read_line()), "123456789");
}

TEST(BufferedReader, NeedsNoLimit) {
    stuttering_stream stream(7, "123456789\n");
    buffered_reader reader(stream, std::string::npos);
    EXPECT_EQ(run(reader.read_line()), "123456789");
}

TEST(BufferedReader, RefusesAPartBeyondItsLimitAndKeepsIt) {
    stuttering_stream stream(7, "123456789\nnext\n");
    buffered_reader reader(stream, 9);
    for (int attempt = 0; attempt < 2; ++attempt) {
        try {
            run(reader.read_line());
            ADD_FAILURE() << "a line of ten bytes";
        } catch (const part_too_long& error) {
            EXPECT_STREQ(error.what(), "no end within 9 bytes");
        }
    }
    EXPECT_EQ(run(read_text(reader, 5)), "12345");
    EXPECT_EQ(run(reader.read_line()), "6789");
    EXPECT_EQ(run(reader.read_line()), "next");
}

TEST(BufferedReader, GrowsUpToItsLimit) {
    run([]() -> task<> {
        const std::string line(60'000, 'x');
        stuttering_stream stream(999, line + "\n" + line + "\n");
        buffered_reader reader(stream);
        EXPECT_TRUE(co_await reader.read_line() == line);
        EXPECT_TRUE(co_await reader.read_line() == line);
    });
}

TEST(BufferedReader, WritesStraightOn) {
    run([]() -> task<> {
        stuttering_stream stream(4, "answer\n");
        buffered_reader reader(stream);
        co_await write_all(reader, std::string_view("a question"));
        EXPECT_EQ(stream.written, "a question");
        EXPECT_EQ(co_await reader.read_line(), "answer");
        co_await reader.close();
    });
}

task<> count_turns(int& turns) {
    for (;; ++turns) co_await yield();
}

task<> read_though_cancelled(buffered_reader<stuttering_stream>& from) {
    EXPECT_EQ(co_await from.read_line(), "one");
    event_loop::running_task().innermost_scope->cancel();
    EXPECT_EQ(co_await ending_of(from.read_line()), ending::cancelled);
    EXPECT_EQ(co_await ending_of(from.read_until("o")), ending::cancelled);
    EXPECT_EQ(co_await ending_of(read_text(from, 1)), ending::cancelled);
}

// Also where all of it has come already, and no read would wait.
TEST(BufferedReader, LetsOthersRunBetweenItsLines) {
    run([]() -> task<> {
        stuttering_stream stream(whole, std::string(4000, '\n'));
        buffered_reader reader(stream);
        int turns = 0;
        const auto first = co_await race(lines_of(reader), count_turns(turns));
        EXPECT_EQ(std::get<0>(first).size(), 4000U);
        EXPECT_GT(turns, 20);
    });
}

TEST(BufferedReader, IsCancelledBetweenItsLines) {
    stuttering_stream stream(whole, "one\ntwo\nthree\n");
    buffered_reader reader(stream);
    run(move_on_after(1h, read_though_cancelled(reader)));
    EXPECT_EQ(run(reader.read_line()), "two") << "nothing is lost";
}

task<> read_and_drop(buffered_reader<tcp_stream>& from) {
    static_cast<void>(co_await from.read_line());
}

task<> read_twice_at_once() {
    auto [one, other] = simulation().network().open_pair();
    tcp_stream from = tcp_stream::adopt(std::move(one), endpoint::loopback(1));
    buffered_reader reader(from);
    co_await gather(read_and_drop(reader), read_and_drop(reader));
}

TEST(BufferedReaderDeathTest, SeesASecondTaskThatReads) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(simulate(read_twice_at_once()), "one task at a time may read");
}

struct conversation {
    std::vector<std::string> lines;
    std::string rest;
};

task<> say(unique_handle line) {
    tcp_stream to = tcp_stream::adopt(std::move(line), endpoint::loopback(1));
    try {
        co_await write_all(to, std::string_view("first\nsecond\nthe rest"));
    } catch (const std::system_error&) {
        // The listener was cancelled and has gone.
    }
}

using tcp_reader = buffered_reader<tcp_stream>;

task<> read_lines(tcp_reader& from, std::shared_ptr<conversation> heard) {
    while (heard->lines.size() < 2) {
        std::optional<std::string> line = co_await from.read_line();
        if (!line) co_return;
        heard->lines.push_back(std::move(*line));
    }
}

task<> read_rest(tcp_reader& from, std::shared_ptr<conversation> heard) {
    heard->rest = co_await read_text(from, 4);
}

// Whatever is read before a cancellation, the rest is still there behind it.
task<> listen(unique_handle line, std::shared_ptr<conversation> heard) {
    tcp_stream from = tcp_stream::adopt(std::move(line), endpoint::loopback(2));
    tcp_reader reader(from);
    const ending lines = co_await ending_of(read_lines(reader, heard));
    if (lines == ending::cancelled) co_await shield(read_rest(reader, heard));
}

TEST(BufferedReader, LosesNothingWhereverItIsCancelled) {
    sweep([](simulated_backend& kernel) {
        auto [one, other] = kernel.network().open_pair();
        const auto heard = std::make_shared<conversation>();
        scenario made;
        made.tasks.push_back(listen(std::move(one), heard));
        made.tasks.push_back(say(std::move(other)));
        made.victims = 1;
        made.check = [heard] {
            std::string all;
            for (const std::string& line : heard->lines) all += line + "\n";
            all += heard->rest;
            EXPECT_TRUE(std::string("first\nsecond\nthe rest").starts_with(all)) << all;
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
