#include <eddy/condition.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using numbers = std::vector<int>;

struct shared_state {
    lock mutex;
    condition changed;
    int value = 0;
};

task<> wait_once(shared_state& state, numbers& order, int name) {
    lock::guard held = co_await state.mutex.acquire();
    co_await state.changed.wait(state.mutex, held);
    EXPECT_TRUE(state.mutex.is_held());
    order.push_back(name);
}

task<> notify_some(numbers& order) {
    shared_state state;
    std::vector<task_handle<void>> all;
    for (int i = 1; i <= 5; ++i) all.push_back(create_task(wait_once(state, order, i)));
    co_await sleep(1s);
    EXPECT_FALSE(state.mutex.is_held()) << "who waits has given the lock back";
    state.changed.notify_one();
    co_await sleep(1s);
    EXPECT_THAT(order, ElementsAre(1));
    state.changed.notify(2);
    co_await sleep(1s);
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
    state.changed.notify_all();
    co_await sleep(1s);
    EXPECT_FALSE(state.mutex.is_held());
}

TEST(Condition, WakesAsManyAsAreNotifiedInTheOrderInWhichTheyCame) {
    numbers order;
    simulate(notify_some(order));
    EXPECT_THAT(order, ElementsAre(1, 2, 3, 4, 5));
}

task<> notify_nobody(numbers& order) {
    shared_state state;
    state.changed.notify_all();
    task_handle<void> waiting = create_task(wait_once(state, order, 1));
    co_await sleep(1s);
    EXPECT_FALSE(waiting.done());
    state.changed.notify_one();
    co_await waiting;
}

TEST(Condition, ForgetsANotificationThatNobodyWaitsFor) {
    numbers order;
    simulate(notify_nobody(order));
    EXPECT_THAT(order, ElementsAre(1));
}

task<> wait_until_three(shared_state& state) {
    lock::guard held = co_await state.mutex.acquire();
    co_await state.changed.wait(state.mutex, held, [&state] { return state.value == 3; });
    EXPECT_EQ(state.value, 3);
}

task<> count_up() {
    shared_state state;
    task_handle<void> waiting = create_task(wait_until_three(state));
    for (int i = 0; i < 3; ++i) {
        co_await sleep(1s);
        EXPECT_FALSE(waiting.done());
        const lock::guard held = co_await state.mutex.acquire();
        ++state.value;
        state.changed.notify_all();
    }
    co_await waiting;
    co_await wait_until_three(state);
}

TEST(Condition, WaitsUntilItsPredicateHolds) {
    simulate(count_up());
}

task<> hold_when_cancelled(shared_state& state, bool& held_it) {
    lock::guard held = co_await state.mutex.acquire();
    try {
        co_await state.changed.wait(state.mutex, held);
    } catch (const cancelled&) {
        held_it = state.mutex.is_held();
        throw;
    }
}

task<> cancel_while_others_hold_the_lock() {
    shared_state state;
    bool held_it = false;
    task_handle<void> waiting = create_task(hold_when_cancelled(state, held_it));
    co_await sleep(1s);
    {
        const lock::guard held = co_await state.mutex.acquire();
        waiting.cancel();
        co_await sleep(1s);
        EXPECT_FALSE(waiting.done()) << "it needs the lock to come back";
    }
    co_await sleep(1s);
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_TRUE(held_it);
    EXPECT_FALSE(state.mutex.is_held());
}

TEST(Condition, ComesBackWithTheLockWhenItIsCancelled) {
    simulate(cancel_while_others_hold_the_lock());
}

task<> cancel_who_was_notified(numbers& order) {
    shared_state state;
    task_handle<void> first = create_task(wait_once(state, order, 1));
    task_handle<void> second = create_task(wait_once(state, order, 2));
    co_await sleep(1s);
    state.changed.notify_one();
    first.cancel();
    co_await second;
    EXPECT_TRUE(first.cancelled());
}

TEST(Condition, PassesTheNotificationOfACancelledTaskOnToTheNext) {
    numbers order;
    simulate(cancel_who_was_notified(order));
    EXPECT_THAT(order, ElementsAre(2));
}

// Tickets are sold and bought under the lock; what was not bought is still there.
struct counter : shared_state {
    int sold = 0;
    int bought = 0;
    bool closed = false;
};

task<> sell(std::shared_ptr<counter> at, int tickets) {
    const counted guard(1);
    for (int i = 0; i < tickets; ++i) {
        const lock::guard held = co_await at->mutex.acquire();
        ++at->value;
        ++at->sold;
        at->changed.notify_one();
        co_await sleep(10us);
    }
}

task<> buy(std::shared_ptr<counter> at) {
    const counted guard(1);
    for (;;) {
        lock::guard held = co_await at->mutex.acquire();
        const auto can_go_on = [&at] { return at->value > 0 || at->closed; };
        co_await at->changed.wait(at->mutex, held, can_go_on);
        if (at->value == 0) co_return;
        --at->value;
        ++at->bought;
    }
}

task<> close_when_quiet(std::shared_ptr<counter> at) {
    co_await sleep(1s);
    EXPECT_FALSE(at->mutex.is_held());
    at->closed = true;
    at->changed.notify_all();
}

TEST(Condition, LosesNoNotificationAndNoLockWhoeverIsCancelled) {
    sweep([](simulated_backend&) {
        auto at = std::make_shared<counter>();
        scenario made;
        made.tasks.push_back(buy(at));
        made.tasks.push_back(sell(at, 2));
        made.tasks.push_back(buy(at));
        made.tasks.push_back(sell(at, 2));
        made.victims = 4;
        made.tasks.push_back(close_when_quiet(at));
        made.check = [at] {
            EXPECT_FALSE(at->mutex.is_held());
            EXPECT_EQ(at->sold, at->bought + at->value);
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
