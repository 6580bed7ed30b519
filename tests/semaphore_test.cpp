#include <eddy/semaphore.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

struct crowd {
    explicit crowd(std::size_t permits) : gate(permits) {}
    semaphore gate;
    int inside = 0;
    int most_inside = 0;
    std::vector<int> order;
};

task<> pass(crowd& in, int name, duration time) {
    const semaphore::permit held = co_await in.gate.acquire();
    in.order.push_back(name);
    in.most_inside = std::max(in.most_inside, ++in.inside);
    co_await sleep(time);
    --in.inside;
}

task<> many_pass(crowd& in, int count) {
    std::vector<task<>> all;
    for (int i = 0; i < count; ++i) all.push_back(pass(in, i, 1ms));
    co_await gather(std::move(all));
}

TEST(Semaphore, LetsAsManyPassAtATimeAsItHasPermits) {
    crowd three(3);
    simulate(many_pass(three, 10));
    EXPECT_EQ(three.most_inside, 3);
    EXPECT_EQ(three.gate.available(), 3U);
}

TEST(Semaphore, LetsThemPassInTheOrderInWhichTheyCame) {
    crowd two(2);
    simulate(many_pass(two, 6));
    EXPECT_THAT(two.order, ElementsAre(0, 1, 2, 3, 4, 5));
}

task<> open_from_elsewhere() {
    crowd closed(0);
    task_handle<void> waiting = create_task(pass(closed, 1, 0ms));
    co_await sleep(1s);
    EXPECT_FALSE(waiting.done());
    closed.gate.release();
    co_await waiting;
    EXPECT_EQ(closed.gate.available(), 1U);
}

TEST(Semaphore, CanBeOpenedByAnybody) {
    simulate(open_from_elsewhere());
}

TEST(Semaphore, IsTakenWithoutWaitingIfAPermitIsFree) {
    semaphore two(2);
    EXPECT_TRUE(two.try_take());
    EXPECT_TRUE(two.try_take());
    EXPECT_FALSE(two.try_take());
    two.release();
    EXPECT_EQ(two.available(), 1U);
}

task<> no_overtaking() {
    crowd one(1);
    task_handle<void> first = create_task(pass(one, 1, 1ms));
    task_handle<void> second = create_task(pass(one, 2, 1ms));
    co_await first;
    EXPECT_FALSE(one.gate.try_take()) << "the permit was handed to the one who waited";
    co_await second;
}

TEST(Semaphore, GivesNobodyThePermitThatAWaiterHasBeenHanded) {
    simulate(no_overtaking());
}

task<> permits() {
    semaphore two(2);
    semaphore::permit first = co_await two.acquire();
    semaphore::permit second = co_await two.acquire();
    semaphore::permit none;
    none.give_back();
    EXPECT_EQ(two.available(), 0U);
    second = std::move(first);
    EXPECT_EQ(two.available(), 1U) << "another permit was assigned";
    second.give_back();
    second.give_back();
    EXPECT_EQ(two.available(), 2U);
}

TEST(Semaphore, GetsAPermitBackOnce) {
    simulate(permits());
}

task<> cancel_chosen() {
    crowd none(0);
    task_handle<void> one = create_task(pass(none, 1, 0ms));
    task_handle<void> two = create_task(pass(none, 2, 0ms));
    task_handle<void> three = create_task(pass(none, 3, 0ms));
    co_await yield();
    two.cancel();
    none.gate.release();
    one.cancel();
    co_await three;
    EXPECT_TRUE(one.cancelled());
    EXPECT_TRUE(two.cancelled());
    EXPECT_EQ(none.gate.available(), 1U);
    EXPECT_THAT(none.order, ElementsAre(3));
}

TEST(Semaphore, PassesThePermitOnWhenTheChosenWaiterIsCancelledInTheSameTurn) {
    simulate(cancel_chosen());
}

task<> enter_and_leave(std::shared_ptr<crowd> in, int times) {
    const counted guard(1);
    for (int i = 0; i < times; ++i) {
        const semaphore::permit held = co_await in->gate.acquire();
        EXPECT_LE(++in->inside, 2);
        --in->inside;
        co_await yield();
        co_await sleep(10us);
    }
}

TEST(Semaphore, LosesNoPermitWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        auto two = std::make_shared<crowd>(2);
        scenario made;
        for (int i = 0; i < 5; ++i) made.tasks.push_back(enter_and_leave(two, 2));
        made.victims = 5;
        made.check = [two] { EXPECT_EQ(two->gate.available(), 2U); };
        return made;
    });
}

task<> leave_a_permit_behind() {
    semaphore::permit held;
    semaphore gate(1);
    held = co_await gate.acquire();
}

TEST(SemaphoreDeathTest, SeesThatItEndsBeforeItsPermits) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(simulate(leave_a_permit_behind()), "still holds a permit");
}

}  // namespace
}  // namespace eddy::testing
