#include <eddy/socket_stream.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/simulate.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/unix_stream.hpp>

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

using SocketStream = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, SocketStream, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> write_without_end(tcp_stream& to) {
    const std::string text(1'000'000, 'x');
    for (;;) co_await write_all(to, std::string_view(text));
}

task<> wait_until_readable(tcp_stream& from) {
    co_await from.readable();
}

task<> end_one_way() {
    auto [near, far] = co_await connect_tcp();
    co_await write_all(near, std::string_view("question"));
    near.shutdown_write();
    EXPECT_EQ(co_await read_text(far), "question");
    co_await write_all(far, std::string_view("answer"));
    EXPECT_EQ(co_await read_text(near, 6), "answer");
}

TEST_P(SocketStream, ReadsOnWhenItHasNothingMoreToWrite) {
    run(end_one_way());
}

task<> read_byte(unix_stream& from, std::size_t& waiting, std::size_t& done) {
    std::array<std::byte, 1> byte;
    ++waiting;
    co_await from.read(byte);
    ++done;
}

task<> sleep_while_much_comes(std::size_t count) {
    std::vector<socket_pair> pairs;
    std::vector<unix_stream> readers;
    for (std::size_t i = 0; i < count; ++i) {
        socket_pair& made = pairs.emplace_back(open_pair());
        readers.push_back(unix_stream::adopt(std::move(made.one), endpoint::local("near")));
    }
    std::size_t waiting = 0;
    std::size_t done = 0;
    std::vector<task<>> reading;
    for (unix_stream& each : readers) reading.push_back(read_byte(each, waiting, done));
    const auto send_to_all = [&]() -> task<> {
        while (waiting < count) co_await yield();
        for (const socket_pair& each : pairs) send_all(each.other.get(), "x");
        co_await sleep(0ns);
        EXPECT_EQ(done, count) << "the timer came first";
    };
    co_await gather(gather(std::move(reading)), send_to_all());
}

TEST_P(SocketStream, GivesWhatHasComeBeforeATimerThatIsDue) {
    run(sleep_while_much_comes(100));
}

task<> write_several_pieces() {
    auto [near, far] = co_await connect_tcp();
    std::string one = "one,";
    std::string two = "two";
    const std::array pieces{io_buffer{one.data(), one.size()}, io_buffer{two.data(), two.size()}};
    const std::size_t taken = co_await near.write(pieces);
    EXPECT_EQ(taken, 7U);
    EXPECT_EQ(co_await read_text(far, 7), "one,two");
}

TEST_P(SocketStream, WritesSeveralPiecesAtOnce) {
    run(write_several_pieces());
}

task<> wait_for_bytes() {
    auto [near, far] = co_await connect_tcp();
    auto waiting = create_task(wait_until_readable(near));
    for (int i = 0; i < 10; ++i) co_await yield();
    EXPECT_FALSE(waiting.done()) << "nothing has come";
    co_await write_all(far, std::string_view("text"));
    co_await waiting;
    EXPECT_EQ(co_await read_text(near, 4), "text") << "nothing was taken";
}

TEST_P(SocketStream, WaitsUntilThereIsSomethingToRead) {
    run(wait_for_bytes());
}

task<> close_under_both() {
    auto [near, far] = co_await connect_tcp();
    auto reading = create_task(error_of(read_text(near)));
    auto writing = create_task(error_of(write_without_end(near)));
    while (available_bytes(far.native()) == 0) co_await yield();
    const std::string peer = near.remote().to_string();
    co_await near.close();
    EXPECT_FALSE(near.is_open());
    EXPECT_THAT(co_await reading, HasSubstr("receive (" + peer + "), closed meanwhile"));
    EXPECT_THAT(co_await writing, HasSubstr("send (" + peer + ")"));
}

TEST_P(SocketStream, EndsTheReadAndTheWriteOfOtherTasksWhenItIsClosed) {
    run(close_under_both());
}

task<> break_a_connection() {
    auto [near, far] = co_await connect_tcp();
    const endpoint peer = near.remote();
    auto reading = create_task(error_of(read_text(near)));
    co_await yield();
    reset_on_close(far.native());
    co_await far.close();
    EXPECT_THAT(co_await reading,
                AllOf(HasSubstr("receive (" + peer.to_string() + ")"), HasSubstr("reset")));
    EXPECT_THAT(co_await error_of(write_all(near, std::string_view("x"))),
                HasSubstr("send (" + peer.to_string() + ")"));
}

TEST_P(SocketStream, NamesThePeerThatBrokeTheConnection) {
    run(break_a_connection());
}

task<> cancel_a_read() {
    auto [near, far] = co_await connect_tcp();
    auto reading = create_task(ending_of(read_text(near)));
    co_await yield();
    reading.cancel();
    EXPECT_EQ(co_await reading, ending::cancelled);
    co_await write_all(far, std::string_view("later"));
    EXPECT_EQ(co_await read_text(near, 5), "later");
}

TEST_P(SocketStream, GoesOnWhenAReadIsCancelled) {
    run(cancel_a_read());
}

task<> move_one_end() {
    auto [near, far] = co_await connect_tcp();
    const endpoint peer = near.remote();
    tcp_stream moved = std::move(near);
    // What is left behind is closed, and may be asked.
    EXPECT_FALSE(near.is_open());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(moved.remote(), peer);
    co_await write_all(moved, std::string_view("moved"));
    EXPECT_EQ(co_await read_text(far, 5), "moved");
    EXPECT_EQ(moved.local(), far.remote());
}

TEST_P(SocketStream, IsUsedWhereItWasMovedTo) {
    run(move_one_end());
}

task<> let_one_end_go() {
    auto [near, far] = co_await connect_tcp();
    {
        const tcp_stream last = std::move(near);
    }
    EXPECT_EQ(co_await read_text(far), "");
}

TEST_P(SocketStream, IsClosedByItsDestructor) {
    run(let_one_end_go());
}

// The whole of a text --------------------------------------------------------------------------

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

std::string numbered_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 23);
    return text;
}

task<> write_whole(tcp_stream& to, std::string_view text) {
    co_await to.write_all(bytes_of(text));
}

task<> write_whole_and_close(tcp_stream& to, std::string_view text) {
    co_await to.write_all(bytes_of(text));
    co_await to.close();
}

task<> pass_on_all_of(std::size_t size) {
    auto [near, far] = co_await connect_tcp();
    const std::string text = numbered_text(size);
    const auto [none, came] = co_await gather(write_whole_and_close(near, text), read_text(far));
    EXPECT_TRUE(came == text) << came.size() << " bytes";
}

TEST_P(SocketStream, WritesAllOfMoreThanTheKernelTakesAtOnce) {
    run(pass_on_all_of(5'000'000));
}

task<> write_nothing() {
    auto [near, far] = co_await connect_tcp();
    co_await near.close();
    co_await near.write_all({});  // would fail if the kernel were asked
    EXPECT_THAT(co_await error_of(write_whole(near, "x")), HasSubstr("send"));
}

TEST_P(SocketStream, AsksTheKernelNothingIfNothingIsToBeWritten) {
    run(write_nothing());
}

task<> cancel_a_whole_write() {
    auto [near, far] = co_await connect_tcp();
    const std::string text = numbered_text(20'000'000);
    auto writing = create_task(ending_of(write_whole(near, text)));
    while (available_bytes(far.native()) == 0) co_await yield();
    writing.cancel();
    EXPECT_EQ(co_await writing, ending::cancelled);
    co_await near.close();
    const std::string came = co_await read_text(far);
    EXPECT_LT(came.size(), text.size());
    EXPECT_TRUE(text.starts_with(came)) << "what was sent is the beginning";
}

TEST_P(SocketStream, EndsAWholeWriteThatIsCancelledInTheMiddle) {
    run(cancel_a_whole_write());
}

task<> close_under_a_whole_write() {
    auto [near, far] = co_await connect_tcp();
    const std::string text = numbered_text(20'000'000);
    auto writing = create_task(error_of(write_whole(near, text)));
    while (available_bytes(far.native()) == 0) co_await yield();
    const std::string peer = near.remote().to_string();
    co_await near.close();
    EXPECT_THAT(co_await writing, HasSubstr("send (" + peer + ")"));
}

TEST_P(SocketStream, EndsAWholeWriteWhenItIsClosedInTheMiddle) {
    run(close_under_a_whole_write());
}

// A peer on another thread that takes what comes as fast as it comes. Outlives the other end.
class taking_peer {
public:
    explicit taking_peer(unique_handle from)
        : from_(std::move(from)), taking_([this] {
              while (!receive_some(from_.get(), 1 << 20).empty()) continue;
          }) {}
    taking_peer(const taking_peer&) = delete;
    taking_peer& operator=(const taking_peer&) = delete;
    ~taking_peer() { taking_.join(); }

private:
    unique_handle from_;
    std::thread taking_;
};

constexpr std::size_t much = 64 << 20;

task<> write_much_at_once() {
    socket_pair ends = open_tcp_pair();
    const taking_peer peer(std::move(ends.other));
    tcp_stream stream = tcp_stream::adopt(std::move(ends.one), endpoint::loopback(1));
    const std::string text(much, 'x');
    const std::uint64_t before = event_loop::current()->stats().turns;
    co_await stream.write_all(bytes_of(text));
    EXPECT_GE(event_loop::current()->stats().turns - before, much / (1 << 20));
}

// However fast the peer is: the others have their turn.
TEST_P(SocketStream, WritesMuchInManyTurns) {
    run(write_much_at_once());
}

task<> write_much_in_pieces() {
    socket_pair ends = open_tcp_pair();
    const taking_peer peer(std::move(ends.other));
    tcp_stream stream = tcp_stream::adopt(std::move(ends.one), endpoint::loopback(1));
    const std::string text(much, 'x');
    const std::uint64_t before = event_loop::current()->stats().turns;
    for (std::size_t sent = 0; sent < much;) {
        sent += co_await stream.write(bytes_of(std::string_view(text).substr(sent)));
    }
    EXPECT_GE(event_loop::current()->stats().turns - before, much / (4 << 20));
}

TEST_P(SocketStream, CountsLargePiecesAgainstTheTurn) {
    run(write_much_in_pieces());
}

task<> cancel_a_write_that_never_waits() {
    socket_pair ends = open_tcp_pair();
    const taking_peer peer(std::move(ends.other));
    tcp_stream stream = tcp_stream::adopt(std::move(ends.one), endpoint::loopback(1));
    const std::string text(much, 'x');
    auto writing = create_task(ending_of(write_whole(stream, text)));
    for (int i = 0; i < 3; ++i) co_await yield();
    const std::uint64_t before = event_loop::current()->stats().turns;
    writing.cancel();
    EXPECT_EQ(co_await writing, ending::cancelled);
    EXPECT_LE(event_loop::current()->stats().turns - before, 10U);
}

task<> replace_under_a_write_that_never_waits() {
    socket_pair ends = open_tcp_pair();
    socket_pair others = open_tcp_pair();
    const taking_peer peer(std::move(ends.other));
    const taking_peer other_peer(std::move(others.other));
    tcp_stream stream = tcp_stream::adopt(std::move(ends.one), endpoint::loopback(1));
    const std::string text(much, 'x');
    auto writing = create_task(error_of(write_whole(stream, text)));
    for (int i = 0; i < 3; ++i) co_await yield();
    stream = tcp_stream::adopt(std::move(others.one), endpoint::loopback(1));
    EXPECT_THAT(co_await writing, HasSubstr("send"));
}

TEST_P(SocketStream, SendsNothingOfAWholeWriteToAnotherPeer) {
    run(replace_under_a_write_that_never_waits());
}

TEST_P(SocketStream, EndsAWholeWriteToAFastPeerThatIsCancelled) {
    run(cancel_a_write_that_never_waits());
}

TEST(SocketStreamWholeWrite, ArrivesWhateverTheAccidents) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        event_loop loop(simulated(seed));
        loop.run_until_complete(to_task([]() -> task<> {
            auto [one, other] = simulation().network().open_pair();
            const endpoint at = endpoint::loopback(80);
            tcp_stream near = tcp_stream::adopt(std::move(one), at);
            tcp_stream far = tcp_stream::adopt(std::move(other), at);
            const std::string text = numbered_text(20'000);
            const auto [none, came] =
                co_await gather(write_whole_and_close(near, text), read_text(far));
            EXPECT_TRUE(came == text) << came.size() << " bytes";
        }));
    }
}

task<> cancel_while_a_part_is_taken() {
    auto [one, other] = simulation().network().open_pair();
    tcp_stream near = tcp_stream::adopt(std::move(one), endpoint::loopback(80));
    tcp_stream far = tcp_stream::adopt(std::move(other), endpoint::loopback(80));
    const std::string text = numbered_text(20'000);
    auto writing = create_task(ending_of(write_whole(near, text)));
    co_await sleep(std::chrono::seconds(1));
    EXPECT_FALSE(writing.done());
    co_await read_text(far, 100);  // makes room for a part, and nobody will make more
    writing.cancel();
    EXPECT_EQ(co_await writing, ending::cancelled);
}

TEST(SocketStreamWholeWrite, StartsNoRestWhenItIsCancelledWhileAPartIsTaken) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        EXPECT_NO_THROW(simulate(cancel_while_a_part_is_taken(), seed));
    }
}

struct transmission {
    std::string text = numbered_text(10'000);
    std::string came;
};

task<> transmit(unique_handle end, std::shared_ptr<transmission> what) {
    const counted guard(1);
    tcp_stream to = tcp_stream::adopt(std::move(end), endpoint::loopback(80));
    try {
        co_await to.write_all(bytes_of(what->text));
    } catch (const std::system_error& error) {
        // Where both are cancelled, the other one may have closed its end before.
        EXPECT_EQ(error.code(), std::errc::broken_pipe);
    }
}

task<> hear_out(unique_handle end, std::shared_ptr<transmission> what) {
    const counted guard(1);
    tcp_stream from = tcp_stream::adopt(std::move(end), endpoint::loopback(80));
    what->came = co_await read_text(from);
}

TEST(SocketStreamWholeWrite, EndsWhereverItIsCancelled) {
    sweep([](simulated_backend& kernel) {
        auto [near, far] = kernel.network().open_pair();
        const auto what = std::make_shared<transmission>();
        scenario made;
        made.tasks.push_back(transmit(std::move(near), what));
        made.tasks.push_back(hear_out(std::move(far), what));
        made.victims = 1;
        made.check = [what] { EXPECT_TRUE(what->text.starts_with(what->came)); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
