#include <eddy/sleep.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using log = std::vector<std::string>;

task<> note_after(log& order, std::string name, duration time) {
    co_await sleep(time);
    order.push_back(std::move(name));
}

task<> sleep_and_look() {
    const time_point start = event_loop::current()->kernel().now();
    co_await sleep(90min);
    EXPECT_EQ(elapsed_since(start), 90min);
    co_await sleep(1ns);
    EXPECT_EQ(elapsed_since(start), 90min + 1ns);
    co_await sleep_until(start + 100min);
    EXPECT_EQ(elapsed_since(start), 100min);
}

TEST(Sleep, LastsExactlyAsLongAsItIsAskedTo) {
    simulate(sleep_and_look());
}

task<> sleep_no_time() {
    const time_point start = event_loop::current()->kernel().now();
    co_await sleep(0s);
    co_await sleep(-1h);
    co_await sleep_until(start - 1h);
    EXPECT_EQ(elapsed_since(start), 0s);
}

TEST(Sleep, ReturnsInTheNextTurnIfTheTimeHasPassed) {
    simulate(sleep_no_time());
}

task<> sleep_in_any_order(log& order) {
    co_await gather(note_after(order, "three", 3s), note_after(order, "one", 1s),
                    note_after(order, "two", 2s));
}

TEST(Sleep, WakesInTheOrderOfTheDeadlines) {
    log order;
    simulate(sleep_in_any_order(order));
    EXPECT_THAT(order, ElementsAre("one", "two", "three"));
}

task<> sleep_equally_long(std::vector<int>& order, int count) {
    std::vector<task<>> all;
    const auto note = [](std::vector<int>& into, int name) -> task<> {
        co_await sleep(1s);
        into.push_back(name);
    };
    for (int i = 0; i < count; ++i) all.push_back(note(order, i));
    co_await gather(std::move(all));
}

TEST(Sleep, WakesThoseWithEqualDeadlinesInTheOrderInWhichTheyFellAsleep) {
    std::vector<int> order;
    simulate(sleep_equally_long(order, 1000));
    EXPECT_EQ(order.size(), 1000U);
    EXPECT_TRUE(std::ranges::is_sorted(order));
}

task<> cancel_sleeper(log& order) {
    const time_point start = event_loop::current()->kernel().now();
    task_handle<void> sleeper = create_task(note_after(order, "slept", 1h));
    co_await sleep(1s);
    EXPECT_EQ(event_loop::current()->timers().size(), 1U);
    sleeper.cancel();
    EXPECT_TRUE(event_loop::current()->timers().empty());
    co_await yield();
    EXPECT_TRUE(sleeper.cancelled());
    EXPECT_EQ(elapsed_since(start), 1s);
}

TEST(Sleep, WakesItsTaskInTheSameTurnWhenCancelled) {
    log order;
    simulate(cancel_sleeper(order));
    EXPECT_THAT(order, ElementsAre());
}

task<> take_turns(log& order, std::string name, int times) {
    for (int i = 0; i < times; ++i) {
        order.push_back(name);
        co_await yield();
    }
}

TEST(Yield, LetsTheOthersTakeTheirTurn) {
    log order;
    simulate(gather(take_turns(order, "a", 3), take_turns(order, "b", 3)));
    EXPECT_THAT(order, ElementsAre("a", "b", "a", "b", "a", "b"));
}

task<> yield_and_look() {
    const time_point start = event_loop::current()->kernel().now();
    for (int i = 0; i < 1000; ++i) co_await yield();
    EXPECT_EQ(elapsed_since(start), 0s);
}

TEST(Yield, TakesNoTime) {
    simulate(yield_and_look());
}

task<> many_sleepers(int count) {
    std::vector<task<>> all;
    all.reserve(static_cast<std::size_t>(count));
    time_point last{};
    const auto check = [](duration time, time_point& latest) -> task<> {
        const time_point deadline = event_loop::current()->kernel().now() + time;
        co_await sleep_until(deadline);
        EXPECT_EQ(event_loop::current()->kernel().now(), deadline);
        EXPECT_GE(deadline, latest);
        latest = deadline;
    };
    for (int i = 0; i < count; ++i) all.push_back(check(i * 7919LL % count * 1us, last));
    co_await gather(std::move(all));
}

TEST(Sleep, CanBeDoneByAMillionTasksAtOnce) {
    simulate(many_sleepers(1'000'000));
}

task<> cancel_many_sleepers(int count) {
    std::vector<task_handle<void>> all;
    for (int i = 0; i < count; ++i) {
        const auto sleep_long = [](duration time) -> task<> { co_await sleep(time); };
        all.push_back(create_task(sleep_long(i * 7919LL % count * 1s + 1h)));
    }
    co_await yield();
    for (task_handle<void>& each : all) each.cancel();
    co_await sleep(1s);
    for (const task_handle<void>& each : all) {
        if (!each.cancelled()) ADD_FAILURE() << each.name() << " sleeps on";
    }
}

TEST(Sleep, OfAHundredThousandTasksCanBeCancelledAtOnce) {
    simulate(cancel_many_sleepers(100'000));
}

task<> sleep_twice() {
    const counted guard(1);
    co_await sleep(1ms);
    co_await yield();
    co_await sleep(1ms);
}

TEST(Sleep, LeavesNothingBehindWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        for (int i = 0; i < 3; ++i) made.tasks.push_back(sleep_twice());
        made.victims = 3;
        made.check = [] {};
        return made;
    });
}

TEST(Sleep, HasADeadlineAlsoWhereTheClockEnds) {
    const time_point early(-5s);
    const time_point late(5s);
    EXPECT_EQ(deadline_after(late, 1s), late + 1s);
    EXPECT_EQ(deadline_after(late, -1s), late - 1s);
    EXPECT_EQ(deadline_after(late, duration::max()), time_point::max());
    EXPECT_EQ(deadline_after(early, duration::max()), early + duration::max());
    EXPECT_EQ(deadline_after(early, duration::min()), time_point::min());
    EXPECT_EQ(deadline_after(late, duration::min()), late + duration::min());
    EXPECT_EQ(deadline_after(time_point::max(), 1ns), time_point::max());
    EXPECT_EQ(deadline_after(time_point::min(), -1ns), time_point::min());
}

task<> sleep_for_ever(log& order) {
    const time_point start = event_loop::current()->kernel().now();
    task_handle<void> sleeper = create_task(note_after(order, "slept", duration::max()));
    co_await sleep(1h);
    EXPECT_FALSE(sleeper.done());
    sleeper.cancel();
    co_await sleep(duration::min());
    co_await sleep_until(time_point::min());
    EXPECT_EQ(elapsed_since(start), 1h);
}

TEST(Sleep, TakesTheLongestAndTheShortestTimeThereIs) {
    log order;
    simulate(sleep_for_ever(order));
    EXPECT_THAT(order, ElementsAre());
}

}  // namespace
}  // namespace eddy::testing
