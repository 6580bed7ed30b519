#include <eddy/event.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <optional>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

task<> wait_and_note(event& on, std::vector<int>& order, int name) {
    co_await on.wait();
    order.push_back(name);
}

task<> set_for_three(std::vector<int>& order) {
    event flag;
    std::vector<task_handle<void>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(create_task(wait_and_note(flag, order, i)));
    co_await sleep(1s);
    EXPECT_TRUE(order.empty());
    EXPECT_FALSE(flag.is_set());
    flag.set();
    EXPECT_TRUE(flag.is_set());
    EXPECT_TRUE(order.empty()) << "set only makes them ready";
    for (task_handle<void>& each : waiting) co_await each;
}

TEST(Event, WakesAllWhoWaitInTheOrderInWhichTheyCame) {
    std::vector<int> order;
    simulate(set_for_three(order));
    EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

task<> wait_for_set_event() {
    event flag;
    flag.set();
    flag.set();
    const std::uint64_t before = event_loop::current()->stats().resumptions;
    co_await flag.wait();
    EXPECT_EQ(event_loop::current()->stats().resumptions, before);
}

TEST(Event, IsNotWaitedForOnceItIsSet) {
    simulate(wait_for_set_event());
}

task<> clear_again(std::vector<int>& order) {
    event flag;
    task_handle<void> early = create_task(wait_and_note(flag, order, 1));
    co_await yield();
    flag.set();
    flag.clear();
    task_handle<void> late = create_task(wait_and_note(flag, order, 2));
    co_await sleep(1s);
    EXPECT_TRUE(early.done()) << "it was woken before the event was cleared";
    EXPECT_FALSE(late.done());
    flag.set();
    co_await late;
}

TEST(Event, IsWaitedForAgainAfterItWasCleared) {
    std::vector<int> order;
    simulate(clear_again(order));
    EXPECT_THAT(order, ElementsAre(1, 2));
}

task<> cancel_one_of_three(std::vector<int>& order) {
    event flag;
    task_handle<void> one = create_task(wait_and_note(flag, order, 1));
    task_handle<void> two = create_task(wait_and_note(flag, order, 2));
    task_handle<void> three = create_task(wait_and_note(flag, order, 3));
    co_await yield();
    two.cancel();
    flag.set();
    co_await one;
    co_await three;
    EXPECT_TRUE(two.cancelled());
}

TEST(Event, WakesTheOthersWhenOneWaiterIsCancelled) {
    std::vector<int> order;
    simulate(cancel_one_of_three(order));
    EXPECT_THAT(order, ElementsAre(1, 3));
}

task<> cancel_a_woken_one(std::vector<int>& order) {
    event flag;
    task_handle<void> waiting = create_task(wait_and_note(flag, order, 1));
    co_await yield();
    flag.set();
    waiting.cancel();
    co_await yield();
    EXPECT_FALSE(waiting.cancelled()) << "it had what it waited for";
}

TEST(Event, IsSeenByAWaiterThatIsCancelledAfterItWasWoken) {
    std::vector<int> order;
    simulate(cancel_a_woken_one(order));
    EXPECT_THAT(order, ElementsAre(1));
}

task<> destroy_right_after_set(std::vector<int>& order) {
    std::optional<event> flag(std::in_place);
    task_handle<void> waiting = create_task(wait_and_note(*flag, order, 1));
    co_await yield();
    flag->set();
    flag.reset();
    co_await waiting;
}

TEST(Event, MayEndAsSoonAsItHasWokenItsWaiters) {
    std::vector<int> order;
    simulate(destroy_right_after_set(order));
    EXPECT_THAT(order, ElementsAre(1));
}

task<> wait_guarded(std::shared_ptr<event> flag) {
    const counted guard(1);
    co_await flag->wait();
    EXPECT_TRUE(flag->is_set());
    co_await yield();
}

task<> set_later(std::shared_ptr<event> flag) {
    co_await yield();
    co_await sleep(10us);
    flag->set();
}

// The sweep itself sees to it that those who are not cancelled get on.
TEST(Event, LeavesNobodyWaitingWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        auto flag = std::make_shared<event>();
        scenario made;
        for (int i = 0; i < 3; ++i) made.tasks.push_back(wait_guarded(flag));
        made.victims = 3;
        made.tasks.push_back(set_later(flag));
        made.check = [] {};
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
