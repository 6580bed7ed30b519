#include <eddy/socket_awaiters.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/loop_fixture.hpp"
#include "support/simulate.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

// What `write_all` of sockets does with more than one call takes.
namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

using SocketWriteAll = loop_fixture;
INSTANTIATE_TEST_SUITE_P(All, SocketWriteAll, ::testing::ValuesIn(backend_names()), name_of_loop);

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

TEST_P(SocketWriteAll, WritesAllOfMoreThanTheKernelTakesAtOnce) {
    run(pass_on_all_of(5'000'000));
}

task<> write_nothing() {
    auto [near, far] = co_await connect_tcp();
    co_await near.close();
    co_await near.write_all({});  // would fail if the kernel were asked
    EXPECT_THAT(co_await error_of(write_whole(near, "x")), HasSubstr("send"));
}

TEST_P(SocketWriteAll, AsksTheKernelNothingIfNothingIsToBeWritten) {
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

TEST_P(SocketWriteAll, EndsAWholeWriteThatIsCancelledInTheMiddle) {
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

TEST_P(SocketWriteAll, EndsAWholeWriteWhenItIsClosedInTheMiddle) {
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
    EXPECT_GE(event_loop::current()->stats().turns - before, much / (4 << 20));
}

// However fast the peer is: the others have their turn.
TEST_P(SocketWriteAll, WritesMuchInManyTurns) {
    run(write_much_at_once());
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

TEST_P(SocketWriteAll, EndsWhenItIsCancelledThoughItNeverWaits) {
    run(cancel_a_write_that_never_waits());
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

TEST_P(SocketWriteAll, SendsNothingOfAWholeWriteToAnotherPeer) {
    run(replace_under_a_write_that_never_waits());
}

task<> take_the_number_of_a_write_that_never_waits() {
    socket_pair ends = open_tcp_pair();
    socket_pair others = open_tcp_pair();
    const taking_peer peer(std::move(ends.other));
    const taking_peer other_peer(std::move(others.other));
    tcp_stream stream = tcp_stream::adopt(std::move(ends.one), endpoint::loopback(1));
    const std::string text(much, 'x');
    auto writing = create_task(error_of(write_whole(stream, text)));
    for (int i = 0; i < 3; ++i) co_await yield();
    const native_handle number = stream.native();
    co_await stream.close();
    unique_handle again(::dup2(others.one.get(), number));
    others.one.reset();
    stream = tcp_stream::adopt(std::move(again), endpoint::loopback(1));
    EXPECT_THAT(co_await writing, HasSubstr("send"));
}

TEST_P(SocketWriteAll, SendsNothingToAnotherPeerWithTheSameNumber) {
    run(take_the_number_of_a_write_that_never_waits());
}

TEST(SocketWriteAllSimulated, ArrivesWhateverTheAccidents) {
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

TEST(SocketWriteAllSimulated, StartsNoRestWhenItIsCancelledWhileAPartIsTaken) {
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

TEST(SocketWriteAllSimulated, EndsWhereverItIsCancelled) {
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
