#include "support/simulate.hpp"
#include "support/transfer.hpp"

#include <eddy/event.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

// One turn of the loop: what it does in which order, and when it ends.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using log = std::vector<std::string>;

task<> wait_for_post(event& posted, log& order) {
    co_await posted.wait();
    order.push_back("posted");
}

task<> wait_for_byte(native_handle from, log& order) {
    std::byte byte[1];
    co_await receive(from, byte);
    order.push_back("finished");
}

task<> wait_for_time(log& order) {
    co_await sleep(1h);
    order.push_back("due");
}

// A seed with which a receive does not finish at once.
constexpr std::uint64_t seed_that_waits = 3;

TEST(EventLoopTurn, TakesInOneTurnWhatWasPostedThenWhatHasFinishedThenWhatIsDue) {
    event_loop loop(simulated(seed_that_waits));
    const auto [one, other] = simulation(loop).network().open_pair();
    loop.run_until_complete(send_text(other.get(), "x"));
    simulation(loop).advance(1s);

    event flag;
    log order;
    loop.start(wait_for_time(order));
    loop.start(wait_for_byte(one.get(), order));
    loop.start(wait_for_post(flag, order));
    loop.run_once();
    ASSERT_EQ(simulation(loop).in_flight(), 1U) << "choose another seed";
    simulation(loop).advance(2h);
    loop.post([&] { flag.set(); });
    EXPECT_THAT(order, ElementsAre());
    loop.run_once();
    EXPECT_THAT(order, ElementsAre("posted", "finished", "due"));
}

task<> count_resumption(int& resumed) {
    ++resumed;
    co_return;
}

TEST(EventLoopTurn, ResumesAHundredAndTwentyEightTasksPerTurnAtMost) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 300; ++i) loop.start(count_resumption(resumed));
    for (const int expected : {128, 256, 300}) {
        loop.run_once();
        EXPECT_EQ(resumed, expected);
    }
}

task<> compute_for(duration time, int& resumed) {
    simulation().advance(time);
    ++resumed;
    co_return;
}

TEST(EventLoopTurn, EndsATurnEarlyThatTakesLong) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 128; ++i) loop.start(compute_for(1ms, resumed));
    loop.run_once();
    EXPECT_LT(resumed, 128);
    EXPECT_GT(resumed, 0);
    loop.cancel_all_and_wait();
}

TEST(EventLoopTurn, ReadsTheClockOnceATurnAndSeldomBetween) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 128; ++i) loop.start(count_resumption(resumed));
    const std::uint64_t before = simulation(loop).clock_readings();
    loop.run_once();
    EXPECT_LE(simulation(loop).clock_readings() - before, 1U + 128 / 16);
    const std::uint64_t idle = simulation(loop).clock_readings();
    loop.start(count_resumption(resumed));
    loop.run_once();
    EXPECT_EQ(simulation(loop).clock_readings() - idle, 1U);
}

TEST(EventLoopTurn, KeepsItsTimeForAWholeTurn) {
    event_loop loop(simulated());
    const time_point before = loop.now();
    int resumed = 0;
    loop.start(compute_for(1h, resumed));
    loop.run_once();
    EXPECT_EQ(loop.now(), before);
    loop.start(compute_for(1h, resumed));
    loop.run_once();
    EXPECT_EQ(loop.now(), before + 1h);
}

TEST(EventLoopTurn, CountsWhatItDoes) {
    event_loop loop(simulated());
    const loop_stats before = loop.stats();
    int resumed = 0;
    for (int i = 0; i < 3; ++i) loop.start(count_resumption(resumed));
    loop.run_once();
    const loop_stats after = loop.stats();
    EXPECT_EQ(after.turns - before.turns, 1U);
    EXPECT_EQ(after.resumptions - before.resumptions, 3U);
}

task<> note(log& order, std::string what) {
    order.push_back(std::move(what));
    co_return;
}

TEST(EventLoopTurn, ResumesReadyTasksInTheOrderThatASimulationChooses) {
    event_loop loop(simulated());
    log order;
    std::vector<std::size_t> lengths;
    for (const char* const each : {"a", "b", "c", "d"}) loop.start(note(order, each));
    loop.choose_next_by([&lengths](std::size_t ready) {
        lengths.push_back(ready);
        return lengths.size() == 1 ? std::size_t{2} : ready - 1;
    });
    loop.run_once();
    EXPECT_THAT(order, ElementsAre("c", "d", "b", "a"));
    EXPECT_THAT(lengths, ElementsAre(4U, 3U, 2U, 1U));
}

}  // namespace
}  // namespace eddy::testing
