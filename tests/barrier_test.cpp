#include <eddy/barrier.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using places = std::vector<std::size_t>;

task<std::size_t> arrive_after(duration time, barrier& at) {
    co_await sleep(time);
    co_return co_await at.wait();
}

task<places> arrive_one_after_the_other() {
    barrier three(3);
    const time_point start = event_loop::current()->kernel().now();
    task_handle<std::size_t> late = create_task(arrive_after(3s, three));
    task_handle<std::size_t> early = create_task(arrive_after(1s, three));
    task_handle<std::size_t> middle = create_task(arrive_after(2s, three));
    co_await sleep(2500ms);
    EXPECT_EQ(three.waiting(), 2U);
    EXPECT_FALSE(early.done());
    places got;
    for (task_handle<std::size_t>* const each : {&early, &middle, &late}) {
        got.push_back(co_await *each);
    }
    EXPECT_EQ(elapsed_since(start), 3s);
    EXPECT_EQ(three.waiting(), 0U);
    co_return got;
}

TEST(Barrier, LetsAllGoOnWhenTheLastArrives) {
    EXPECT_THAT(simulate(arrive_one_after_the_other()), ElementsAre(0U, 1U, 2U));
}

task<> arrive_alone() {
    barrier one(1);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await one.wait(), 0U);
}

TEST(Barrier, HoldsNobodyUpWhoIsAlone) {
    simulate(arrive_alone());
}

task<> go_round(barrier& at, int rounds, int& arrivals) {
    for (int round = 1; round <= rounds; ++round) {
        ++arrivals;
        co_await at.wait();
        EXPECT_GE(arrivals, round * static_cast<int>(at.parties())) << "somebody was left behind";
        EXPECT_LE(arrivals, (round + 1) * static_cast<int>(at.parties()));
    }
}

task<> go_round_together() {
    barrier three(3);
    int arrivals = 0;
    std::vector<task_handle<void>> all;
    for (int i = 0; i < 3; ++i) all.push_back(create_task(go_round(three, 10, arrivals)));
    for (task_handle<void>& each : all) co_await each;
    EXPECT_EQ(arrivals, 30);
}

TEST(Barrier, CanBeUsedForManyRounds) {
    simulate(go_round_together());
}

task<> cancel_one_who_waits() {
    barrier two(2);
    task_handle<std::size_t> cancelled = create_task(arrive_after(1s, two));
    co_await sleep(2s);
    cancelled.cancel();
    co_await sleep(1s);
    EXPECT_TRUE(cancelled.cancelled());
    EXPECT_EQ(two.waiting(), 0U) << "who was cancelled has not arrived";
    task_handle<std::size_t> other = create_task(arrive_after(1s, two));
    co_await sleep(2s);
    EXPECT_FALSE(other.done());
    co_await two.wait();
    EXPECT_EQ(co_await other, 0U);
}

TEST(Barrier, DoesNotCountOneWhoWasCancelledWhileWaiting) {
    simulate(cancel_one_who_waits());
}

task<> cancel_in_the_turn_of_the_last() {
    barrier two(2);
    task_handle<std::size_t> first = create_task(arrive_after(0s, two));
    co_await sleep(1s);
    EXPECT_EQ(co_await two.wait(), 1U);
    first.cancel();
    EXPECT_EQ(co_await first, 0U) << "the round was complete before";
}

TEST(Barrier, LetsOneGoOnWhoIsCancelledAfterTheLastHasArrived) {
    simulate(cancel_in_the_turn_of_the_last());
}

// A party that gives up after a time instead of waiting for others that were cancelled.
task<> meet(std::shared_ptr<barrier> at, std::shared_ptr<int> met) {
    const counted guard(1);
    co_await yield();
    try {
        co_await with_timeout(1s, arrive_after(10us, *at));
        ++*met;
    } catch (const timeout_error&) {
    }
}

TEST(Barrier, OpensForAWholeRoundOrNotAtAllWhoeverIsCancelled) {
    sweep([](simulated_backend&) {
        auto at = std::make_shared<barrier>(3);
        auto met = std::make_shared<int>(0);
        scenario made;
        for (int i = 0; i < 4; ++i) made.tasks.push_back(meet(at, met));
        made.victims = 4;
        made.check = [at, met] {
            EXPECT_EQ(at->waiting(), 0U);
            EXPECT_LE(*met, 3);
        };
        return made;
    });
}

task<places> lose_the_first_of_three() {
    barrier three(3);
    task_handle<std::size_t> cancelled = create_task(arrive_after(1s, three));
    task_handle<std::size_t> second = create_task(arrive_after(2s, three));
    task_handle<std::size_t> third = create_task(arrive_after(4s, three));
    co_await sleep(3s);
    cancelled.cancel();
    co_await sleep(2s);
    places got;
    got.push_back(co_await three.wait());
    got.push_back(co_await second);
    got.push_back(co_await third);
    co_return got;
}

TEST(Barrier, GivesEveryPlaceOnceAlsoWhenOneWasCancelledWhileWaiting) {
    EXPECT_THAT(simulate(lose_the_first_of_three()), ElementsAre(2U, 0U, 1U));
}

}  // namespace
}  // namespace eddy::testing
