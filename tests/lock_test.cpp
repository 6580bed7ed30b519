#include <eddy/lock.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using log = std::vector<std::string>;

task<> hold(lock& shared, log& order, std::string name, duration time) {
    const lock::guard held = co_await shared.acquire();
    order.push_back(name + " in");
    co_await sleep(time);
    order.push_back(name + " out");
}

task<> three_want_in(log& order) {
    lock shared;
    task_handle<void> one = create_task(hold, std::ref(shared), std::ref(order), "one", 1ms);
    task_handle<void> two = create_task(hold, std::ref(shared), std::ref(order), "two", 1ms);
    task_handle<void> three = create_task(hold, std::ref(shared), std::ref(order), "three", 1ms);
    co_await yield();
    EXPECT_TRUE(shared.is_held());
    co_await one;
    co_await two;
    co_await three;
    EXPECT_FALSE(shared.is_held());
}

TEST(Lock, LetsOneInAtATimeInTheOrderInWhichTheyCame) {
    log order;
    simulate(three_want_in(order));
    EXPECT_THAT(order,
                ElementsAre("one in", "one out", "two in", "two out", "three in", "three out"));
}

task<> take_free_lock() {
    lock shared;
    const std::uint64_t before = event_loop::current()->stats().resumptions;
    const lock::guard held = co_await shared.acquire();
    EXPECT_EQ(event_loop::current()->stats().resumptions, before) << "no need to wait";
    EXPECT_TRUE(shared.is_held());
}

TEST(Lock, IsTakenAtOnceWhenItIsFree) {
    simulate(take_free_lock());
}

task<> guards() {
    lock shared;
    lock other;
    lock::guard first = co_await shared.acquire();
    lock::guard second = std::move(first);
    first.release();
    EXPECT_TRUE(shared.is_held()) << "the guard was moved from";
    lock::guard third = co_await other.acquire();
    second = std::move(third);
    EXPECT_FALSE(shared.is_held()) << "another guard was assigned";
    EXPECT_TRUE(other.is_held());
    second.release();
    second.release();
    EXPECT_FALSE(other.is_held());
}

TEST(Lock, IsReleasedByItsGuardOnce) {
    simulate(guards());
}

task<> no_overtaking(log& order) {
    lock shared;
    lock::guard mine = co_await shared.acquire();
    task_handle<void> waiting =
        create_task(hold, std::ref(shared), std::ref(order), "waiting", 0ms);
    co_await yield();
    mine.release();
    EXPECT_TRUE(shared.is_held()) << "it was handed over, not set free";
    co_await hold(shared, order, "releaser", 0ms);
    co_await waiting;
}

TEST(Lock, CannotBeOvertakenByTheOneWhoReleasesIt) {
    log order;
    simulate(no_overtaking(order));
    EXPECT_EQ(order.front(), "waiting in");
}

task<> cancel_waiting(log& order) {
    lock shared;
    lock::guard mine = co_await shared.acquire();
    task_handle<void> one = create_task(hold, std::ref(shared), std::ref(order), "one", 0ms);
    task_handle<void> two = create_task(hold, std::ref(shared), std::ref(order), "two", 0ms);
    co_await yield();
    one.cancel();
    co_await yield();
    EXPECT_TRUE(one.cancelled()) << "it does not wait for the lock";
    mine.release();
    co_await two;
    EXPECT_FALSE(shared.is_held());
}

TEST(Lock, IsLeftByAWaiterThatIsCancelled) {
    log order;
    simulate(cancel_waiting(order));
    EXPECT_THAT(order, ElementsAre("two in", "two out"));
}

task<> cancel_chosen(log& order) {
    lock shared;
    lock::guard mine = co_await shared.acquire();
    task_handle<void> one = create_task(hold, std::ref(shared), std::ref(order), "one", 0ms);
    task_handle<void> two = create_task(hold, std::ref(shared), std::ref(order), "two", 0ms);
    task_handle<void> three = create_task(hold, std::ref(shared), std::ref(order), "three", 0ms);
    co_await yield();
    mine.release();
    one.cancel();
    co_await three;
    EXPECT_TRUE(one.cancelled());
    EXPECT_TRUE(two.done());
    EXPECT_FALSE(shared.is_held());
}

TEST(Lock, IsPassedOnByAWaiterThatWasChosenAndCancelledInTheSameTurn) {
    log order;
    simulate(cancel_chosen(order));
    EXPECT_THAT(order, ElementsAre("two in", "two out", "three in", "three out"));
}

task<> cancel_last_chosen() {
    log order;
    lock shared;
    lock::guard mine = co_await shared.acquire();
    task_handle<void> one = create_task(hold, std::ref(shared), std::ref(order), "one", 0ms);
    co_await yield();
    mine.release();
    one.cancel();
    co_await yield();
    EXPECT_FALSE(shared.is_held());
}

TEST(Lock, IsFreeWhenTheLastWaiterWasChosenAndCancelled) {
    simulate(cancel_last_chosen());
}

// What a lock is for: nobody else comes in while somebody is inside.
struct shared_room {
    lock door;
    int inside = 0;
    int visits = 0;
};

task<> visit(std::shared_ptr<shared_room> room, int times) {
    const counted guard(1);
    for (int i = 0; i < times; ++i) {
        const lock::guard held = co_await room->door.acquire();
        EXPECT_EQ(++room->inside, 1);
        try {
            co_await yield();
            co_await sleep(10us);
        } catch (const cancelled&) {
            --room->inside;
            throw;
        }
        --room->inside;
        ++room->visits;
    }
}

TEST(Lock, IsNeverLostWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        auto room = std::make_shared<shared_room>();
        scenario made;
        for (int i = 0; i < 4; ++i) made.tasks.push_back(visit(room, 3));
        made.victims = 4;
        made.check = [room] {
            EXPECT_FALSE(room->door.is_held());
            EXPECT_EQ(room->inside, 0);
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
