#include <eddy/socket_stream.hpp>

#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/unix_stream.hpp>

#include <gmock/gmock.h>

#include <array>
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
        co_await sleep(0ns);  // now the kernel knows of all
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

}  // namespace
}  // namespace eddy::testing
