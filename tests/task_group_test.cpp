#include <eddy/task_group.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using log = std::vector<std::string>;

task<> note_after(duration time, log& into, std::string text) {
    const counted guard(1);
    co_await sleep(time);
    into.push_back(text);
}

task<> fail_after(duration time, std::string text) {
    co_await sleep(time);
    throw deliberate(text);
}

task<> start_two(task_group& group, log& order) {
    group.create_task(note_after(2s, order, "slow"));
    group.create_task(note_after(1s, order, "fast"));
    EXPECT_EQ(group.running(), 2U);
    order.push_back("body");
    co_return;
}

task<> run_group(log& order) {
    co_await with_task_group(start_two, std::ref(order));
    order.push_back("after");
}

TEST(TaskGroup, WaitsForAllItsTasks) {
    log order;
    simulate(run_group(order));
    EXPECT_THAT(order, ElementsAre("body", "fast", "slow", "after"));
}

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<> add_up(task_group& group, int& total) {
    task_handle<int> one = group.create_task(give_after(1s, 1), "one");
    task_handle<int> two = group.create_task(give_after, 2s, 2);
    EXPECT_EQ(one.name(), "one");
    total = co_await one + co_await two;
}

TEST(TaskGroup, GivesHandlesOfItsTasks) {
    int total = 0;
    simulate(with_task_group(add_up, std::ref(total)));
    EXPECT_EQ(total, 3);
}

task<> start_more(task_group& group, log& order, int generations) {
    co_await sleep(1s);
    order.push_back(std::to_string(generations));
    if (generations > 0)
        group.create_task(start_more, std::ref(group), std::ref(order), generations - 1);
}

TEST(TaskGroup, TakesTasksFromItsTasksAfterItsBodyHasEnded) {
    log order;
    simulate(with_task_group(start_more, std::ref(order), 3));
    EXPECT_THAT(order, ElementsAre("3", "2", "1", "0"));
}

task<> fail_beside_a_sleeper(task_group& group, log& order) {
    group.create_task(note_after(1h, order, "never"));
    group.create_task(fail_after(1s, "a task failed"));
    co_await sleep(2h);
    order.push_back("never");
}

TEST(TaskGroup, IsCancelledByTheFirstFailureAndThrowsIt) {
    log order;
    EXPECT_THROW(simulate(with_task_group(fail_beside_a_sleeper, std::ref(order))), deliberate);
    EXPECT_THAT(order, ElementsAre());
    EXPECT_EQ(counted::alive(), 0U);
}

task<> fail_in_the_body(task_group& group, log& order) {
    group.create_task(note_after(1h, order, "never"));
    throw deliberate("the body failed");
    co_return;
}

TEST(TaskGroup, IsCancelledByAFailureOfItsBody) {
    log order;
    EXPECT_THROW(simulate(with_task_group(fail_in_the_body, std::ref(order))), deliberate);
    EXPECT_THAT(order, ElementsAre());
}

task<> fail_when_cancelled() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        throw deliberate("second");
    }
}

task<> fail_twice(task_group& group) {
    group.create_task(fail_when_cancelled());
    group.create_task(fail_after(1s, "first"));
    co_return;
}

TEST(TaskGroup, ThrowsAllFailuresTogetherInTheOrderInWhichTheyCame) {
    try {
        simulate(with_task_group(fail_twice));
        ADD_FAILURE() << "two tasks failed";
    } catch (const exception_group& both) {
        ASSERT_EQ(both.errors().size(), 2U);
        EXPECT_EQ(message_of(both.errors().at(0)), "first");
        EXPECT_EQ(message_of(both.errors().at(1)), "second");
    }
}

task<> cancel_the_group(task_group& group, log& order) {
    group.create_task(note_after(1h, order, "never"));
    group.create_task(note_after(1s, order, "in time"));
    co_await sleep(2s);
    group.cancel();
    co_await sleep(1h);
    order.push_back("never");
}

task<> leave_early(log& order) {
    const time_point start = event_loop::current()->kernel().now();
    co_await with_task_group(cancel_the_group, std::ref(order));
    EXPECT_EQ(elapsed_since(start), 2s);
    co_await sleep(1s);
    order.push_back("after");
}

TEST(TaskGroup, EndsEarlyAndQuietlyWhenItIsCancelled) {
    log order;
    simulate(leave_early(order));
    EXPECT_THAT(order, ElementsAre("in time", "after"));
}

task<> cancel_one_task(task_group& group, log& order) {
    task_handle<void> one = group.create_task(note_after(1h, order, "never"));
    group.create_task(note_after(2s, order, "other"));
    co_await sleep(1s);
    one.cancel();
}

TEST(TaskGroup, GoesOnWithoutATaskThatWasCancelledAlone) {
    log order;
    simulate(with_task_group(cancel_one_task, std::ref(order)));
    EXPECT_THAT(order, ElementsAre("other"));
}

task<> await_the_one_that_fails(task_group& group) {
    task_handle<void> failing = group.create_task(fail_after(1s, "once"));
    co_await failing;
}

task<> await_handle(task_handle<void>& other) {
    co_await other;
}

task<> leave_the_awaiting_to_another(task_group& group) {
    task_handle<void> failing = group.create_task(fail_after(1s, "once"));
    co_await group.create_task(await_handle(failing));
}

TEST(TaskGroup, CountsAFailureOnceThoughItIsPassedOn) {
    EXPECT_THROW(simulate(with_task_group(await_the_one_that_fails)), deliberate);
    EXPECT_THROW(simulate(with_task_group(leave_the_awaiting_to_another)), deliberate);
}

task<> sleep_in_group(task_group& group, log& order) {
    group.create_task(note_after(1h, order, "never"));
    co_return;
}

task<ending> cancel_from_outside(log& order) {
    task_handle<ending> other =
        create_task(ending_of(with_task_group(sleep_in_group, std::ref(order))));
    co_await sleep(1s);
    other.cancel();
    co_return co_await other;
}

TEST(TaskGroup, IsCancelledWithTheTaskAroundIt) {
    log order;
    EXPECT_EQ(simulate(cancel_from_outside(order)), ending::cancelled);
    EXPECT_THAT(order, ElementsAre());
}

task<ending> run_out_of_time(log& order) {
    co_return co_await ending_of(
        with_timeout(1s, with_task_group(sleep_in_group, std::ref(order))));
}

TEST(TaskGroup, IsCancelledByATimeoutAroundIt) {
    log order;
    EXPECT_EQ(simulate(run_out_of_time(order)), ending::timeout);
}

task<> use_captures(log& order) {
    const std::string text = "a text that is too long to be stored in place";
    const auto body = [text, &order](task_group& group) -> task<> {
        const auto child = [text, &order]() -> task<> {
            co_await sleep(1s);
            order.push_back(text);
        };
        group.create_task(child);
        co_await sleep(2s);
        order.push_back(text);
    };
    task<> group = with_task_group(body);
    co_await std::move(group);
}

TEST(TaskGroup, KeepsTheCallablesItIsGiven) {
    log order;
    simulate(use_captures(order));
    EXPECT_EQ(order.size(), 2U);
    EXPECT_EQ(order.at(0), order.at(1));
}

task<> guarded(duration time) {
    const counted guard(1);
    co_await yield();
    co_await sleep(time);
}

task<> nested_body(task_group& group, int levels) {
    const counted guard(1);
    group.create_task(guarded(1ms));
    if (levels > 0) group.create_task(with_task_group(nested_body, levels - 1));
    co_await sleep(500us);
}

task<> quiet_body(task_group& group) {
    group.create_task(guarded(2ms));
    co_await sleep(1ms);
    group.cancel();
}

task<> failing_body(task_group& group) {
    group.create_task(guarded(2ms));
    co_await sleep(1ms);
    throw deliberate("in the sweep");
}

task<> survive_failing_group() {
    try {
        co_await with_task_group(failing_body);
    } catch (const deliberate&) {
    }
}

TEST(TaskGroup, LeavesNoTaskRunningWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(with_task_group(nested_body, 2));
        made.tasks.push_back(with_task_group(quiet_body));
        made.tasks.push_back(survive_failing_group());
        made.victims = 3;
        made.check = [] { EXPECT_EQ(counted::alive(), 0U); };
        return made;
    });
}

task<> start_late(task_group& group, log& order) {
    co_await sleep(1s);
    group.create_task(note_after(1s, order, "late"));
}

// The only task of the group ends, and then another task starts one more, before the group goes on.
task<> start_between(log& order) {
    const auto body = [&order](task_group& group) -> task<> {
        group.create_task(note_after(1s, order, "first"));
        create_task(start_late(group, order));
        co_return;
    };
    co_await with_task_group(body);
    order.push_back("group");
}

TEST(TaskGroup, WaitsForATaskThatIsStartedWhenTheLastHasEnded) {
    log order;
    simulate(start_between(order));
    EXPECT_THAT(order, ElementsAre("first", "late", "group"));
}

}  // namespace
}  // namespace eddy::testing
