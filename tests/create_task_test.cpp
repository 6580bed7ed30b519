#include <eddy/create_task.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/call_later.hpp>
#include <eddy/event.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using log = std::vector<std::string>;

task<> note(log& into, std::string what) {
    into.push_back(std::move(what));
    co_return;
}

task<int> give(int value) {
    co_await yield();
    co_return value;
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("a task failed");
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

task<> start_three(log& order) {
    create_task(note(order, "one"));
    create_task(note(order, "two"));
    create_task(note(order, "three"));
    order.push_back("creator");
    co_await yield();
    order.push_back("creator again");
}

TEST(CreateTask, StartsTasksInOrderAfterTheRunningOneHasGivenWay) {
    log order;
    simulate(start_three(order));
    EXPECT_THAT(order, ElementsAre("creator", "one", "two", "three", "creator again"));
}

task<int> await_handle() {
    task_handle<int> handle = create_task(give(5));
    const int& first = co_await handle;
    const int& second = co_await handle;
    EXPECT_EQ(&first, &second);
    co_return first;
}

TEST(CreateTask, GivesAReferenceToItsResultToAllWhoAwaitTheHandle) {
    EXPECT_EQ(simulate(await_handle()), 5);
}

task<std::unique_ptr<int>> give_pointer() {
    co_return std::make_unique<int>(5);
}

task<int> move_result_out() {
    task_handle<std::unique_ptr<int>> handle = create_task(give_pointer());
    const std::unique_ptr<int> pointer = co_await std::move(handle);
    co_return *pointer;
}

TEST(CreateTask, MovesItsResultOutOfAHandleThatIsGivenUp) {
    EXPECT_EQ(simulate(move_result_out()), 5);
}

task<> await_and_note(task_handle<int>& handle, log& order, std::string name) {
    co_await handle;
    order.push_back(std::move(name));
}

task<> three_wait_for_one(log& order) {
    task_handle<int> handle = create_task(give(1));
    task_handle<void> one = create_task(await_and_note(handle, order, "one"));
    task_handle<void> two = create_task(await_and_note(handle, order, "two"));
    co_await await_and_note(handle, order, "creator");
    co_await one;
    co_await two;
}

TEST(CreateTask, WakesAllWhoAwaitItInTheOrderInWhichTheyCame) {
    log order;
    simulate(three_wait_for_one(order));
    EXPECT_THAT(order, ElementsAre("creator", "one", "two"));
}

task<> failing_handle() {
    task_handle<int> handle = create_task(fail_after(1ms));
    EXPECT_FALSE(handle.done());
    for (int i = 0; i < 2; ++i) {
        try {
            co_await handle;
            ADD_FAILURE() << "nothing was thrown";
        } catch (const deliberate&) {
        }
    }
    EXPECT_TRUE(handle.done());
    EXPECT_FALSE(handle.cancelled());
}

TEST(CreateTask, ThrowsItsExceptionAtEveryoneWhoAwaitsTheHandle) {
    simulate(failing_handle());
}

task<ending> await_void(task_handle<void>& handle) {
    try {
        co_await handle;
        co_return ending::value;
    } catch (const task_cancelled& error) {
        EXPECT_THAT(error.what(), HasSubstr("sleeper"));
        co_return ending::task_cancelled;
    }
}

task<> cancel_a_sleeper() {
    const time_point start = event_loop::current()->kernel().now();
    task_handle<void> handle = create_task(sleep_for(1h), "sleeper");
    co_await yield();
    handle.cancel();
    EXPECT_FALSE(handle.done()) << "cancel waits for nobody";
    EXPECT_EQ(co_await await_void(handle), ending::task_cancelled);
    EXPECT_TRUE(handle.done());
    EXPECT_TRUE(handle.cancelled());
    EXPECT_EQ(elapsed_since(start), 0s);
}

TEST(CreateTask, EndsAsCancelledWhichIsNotTheCancellationOfThoseWhoAwaitIt) {
    simulate(cancel_a_sleeper());
}

task<> note_and_sleep(log& order) {
    order.push_back("started");
    co_await sleep(1h);
    order.push_back("slept");
}

task<> cancel_before_the_start(log& order) {
    task_handle<void> handle = create_task(note_and_sleep(order));
    handle.cancel();
    co_await yield();
    EXPECT_TRUE(handle.cancelled());
}

TEST(CreateTask, RunsACancelledTaskUpToItsFirstSuspensionPoint) {
    log order;
    simulate(cancel_before_the_start(order));
    EXPECT_THAT(order, ElementsAre("started"));
}

task<> cancel_after_the_end() {
    task_handle<int> handle = create_task(give(5));
    co_await handle;
    handle.cancel();
    EXPECT_FALSE(handle.cancelled());
    EXPECT_EQ(co_await handle, 5);
}

TEST(CreateTask, IgnoresACancelThatComesAfterItsEnd) {
    simulate(cancel_after_the_end());
}

task<> cancel_the_waiting_one() {
    task_handle<void> slow = create_task(sleep_for(1s));
    task_handle<ending> waiting = create_task(ending_of(await_void(slow)));
    co_await yield();
    waiting.cancel();
    EXPECT_EQ(co_await waiting, ending::cancelled);
    EXPECT_FALSE(slow.done());
    co_await slow;
    EXPECT_FALSE(slow.cancelled());
}

TEST(CreateTask, GoesOnWhenATaskThatAwaitsItIsCancelled) {
    simulate(cancel_the_waiting_one());
}

task<> set_after(event& flag, duration time) {
    co_await sleep(time);
    flag.set();
}

task<> drop_the_handle() {
    event flag;
    create_task(set_after(flag, 1s));
    co_await flag.wait();
}

TEST(CreateTask, GoesOnWhenItsHandleIsDropped) {
    simulate(drop_the_handle());
}

task<> give_names() {
    EXPECT_EQ(create_task(give(1), "speaking").name(), "speaking");
    const task_handle<int> unnamed = create_task(give(1));
    EXPECT_THAT(unnamed.name(), HasSubstr("task-"));
    EXPECT_THAT(create_task(give(1), "").name(), HasSubstr("task-")) << "an empty name is none";
    co_return;
}

TEST(CreateTask, NamesTheTask) {
    simulate(give_names());
}

// Starts what fails; then whether its handle still lives when it does.
enum class handle_is { dropped_before, dropped_after, awaited };

task<> watch_failure(handle_is what) {
    task_handle<int> handle = create_task(fail_after(1ms), "failing");
    if (what == handle_is::dropped_before) {
        const task_handle<int> dropped = std::move(handle);
    } else if (what == handle_is::awaited) {
        EXPECT_EQ(co_await ending_of(sleep_for(5ms)), ending::value);
        EXPECT_THROW(handle.get(), deliberate);
    }
    co_await sleep(5ms);
}

log unseen_failures(handle_is what) {
    log unseen;
    event_loop loop(simulated());
    loop.set_exception_handler([&](const std::string& name, const std::exception_ptr& error) {
        EXPECT_THROW(std::rethrow_exception(error), deliberate);
        unseen.push_back(name);
    });
    loop.run_until_complete(watch_failure(what));
    return unseen;
}

TEST(CreateTask, ReportsAFailureThatNobodyCanAskForAnyMore) {
    EXPECT_THAT(unseen_failures(handle_is::dropped_before), ElementsAre("failing"));
    EXPECT_THAT(unseen_failures(handle_is::dropped_after), ElementsAre("failing"));
}

TEST(CreateTask, ReportsNoFailureThatSomebodyHasSeen) {
    EXPECT_THAT(unseen_failures(handle_is::awaited), ElementsAre());
}

task<> leave_a_sleeper() {
    create_task(sleep_for(1h));
    co_await yield();
}

TEST(CreateTask, ReportsNoTaskThatWasCancelled) {
    event_loop loop(simulated());
    loop.set_exception_handler([](const std::string& name, const std::exception_ptr&) {
        ADD_FAILURE() << name << " was reported";
    });
    loop.run_until_complete(leave_a_sleeper());
}

task<task_handle<int>> start_and_leave(duration time) {
    task_handle<int> handle = create_task(fail_after(time), "left behind");
    co_await sleep(1ms);
    co_return handle;
}

TEST(CreateTask, LetsAHandleLiveLongerThanTheLoopWhichReportsAFailureAtItsEnd) {
    log unseen;
    auto loop = std::make_unique<event_loop>(simulated());
    loop->set_exception_handler(
        [&](const std::string& name, const std::exception_ptr&) { unseen.push_back(name); });
    task_handle<int> failed = loop->run_until_complete(start_and_leave(0ms));
    task_handle<int> stopped = loop->run_until_complete(start_and_leave(1h));
    EXPECT_THAT(unseen, ElementsAre()) << "the handle could still be asked";
    loop.reset();
    EXPECT_THAT(unseen, ElementsAre("left behind"));
    EXPECT_THAT(failed.name(), HasSubstr("task-")) << "the loop knew its name";
    EXPECT_THROW(failed.get(), deliberate);
    EXPECT_TRUE(stopped.cancelled());
    EXPECT_THROW(stopped.get(), task_cancelled);
}

task<int> use(counted value, duration time) {
    co_await sleep(time);
    co_return value.value;
}

task<> keep_callable_and_arguments() {
    counted captured(3);
    auto callable = [captured](counted argument) -> task<int> {
        co_await sleep(1ms);
        co_return captured.value + argument.value;
    };
    task_handle<int> handle = create_task(std::move(callable), counted(4));
    EXPECT_EQ(co_await handle, 7);
    EXPECT_EQ(counted::alive(), 2U) << "captured here, and in what is left of the callable";
    task_handle<int> plain = create_task(use, counted(5), 1ms);
    EXPECT_EQ(co_await plain, 5);
}

TEST(CreateTask, KeepsACallableAndItsArgumentsUntilTheTaskHasEnded) {
    simulate(keep_callable_and_arguments());
    EXPECT_EQ(counted::alive(), 0U);
    EXPECT_EQ(counted::mistakes(), 0);
}

task<int> sum_of_many(int count) {
    std::vector<task_handle<int>> handles;
    for (int i = 0; i < count; ++i) handles.push_back(create_task(give(i)));
    int total = 0;
    for (task_handle<int>& each : handles) total += co_await each;
    co_return total;
}

TEST(CreateTask, StartsTensOfThousands) {
    EXPECT_EQ(simulate(sum_of_many(50'000)), 50'000 / 2 * 49'999);
}

task<> give_counted(std::shared_ptr<int> ended) {
    const counted guard(1);
    co_await sleep(1ms);
    co_await yield();
    ++*ended;
}

task<> await_it_and_a_call(std::shared_ptr<int> ended, std::shared_ptr<int> called) {
    task_handle<void> other = create_task(give_counted, ended);
    task_handle<void> call =
        call_later(2ms, [](const std::shared_ptr<int>& calls) { ++*calls; }, called);
    co_await other;
    co_await std::move(call);
}

TEST(CreateTask, LetsTheTaskEndWheneverThoseWhoAwaitItAreCancelled) {
    sweep([](simulated_backend&) {
        const auto ended = std::make_shared<int>(0);
        const auto called = std::make_shared<int>(0);
        scenario made;
        made.tasks.push_back(await_it_and_a_call(ended, called));
        made.tasks.push_back(await_it_and_a_call(ended, called));
        made.tasks.push_back([](std::shared_ptr<int>) -> task<> { co_await sleep(1s); }(ended));
        made.victims = 2;
        made.check = [ended, called] {
            EXPECT_LE(*ended, 2);
            EXPECT_LE(*called, *ended);
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
