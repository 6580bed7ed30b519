// What an event loop tells of itself: deadlocks, failures that nobody asked for, its counters, and
// who must not use it.

#include <eddy/event_loop.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/user_signals.hpp"

#include <eddy/async_generator.hpp>
#include <eddy/call_later.hpp>
#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/exception_group.hpp>
#include <eddy/lock.hpp>
#include <eddy/loop_pool.hpp>
#include <eddy/signal_watch.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

task<> take_both(lock& first, lock& second) {
    const lock::guard one = co_await first.acquire();
    co_await sleep(1ms);
    const lock::guard other = co_await second.acquire();
}

struct two_locks {
    lock left;
    lock right;
};

task<> embrace(two_locks& locks) {
    task_handle<void> one = create_task(take_both(locks.left, locks.right), "left first");
    task_handle<void> other = create_task(take_both(locks.right, locks.left), "right first");
    co_await one;
    co_await other;
}

TEST(Deadlock, IsPrintedWithWhoHoldsWhatOthersWaitFor) {
    two_locks locks;
    ::testing::internal::CaptureStderr();
    EXPECT_THROW(simulate(embrace(locks)), simulation_stuck);
    const std::string printed = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(printed, HasSubstr("eddy: deadlock"));
    EXPECT_THAT(printed, HasSubstr("left first waits for lock, held up by right first, at "));
    EXPECT_THAT(printed, HasSubstr("right first waits for lock, held up by left first, at "));
    EXPECT_THAT(printed, HasSubstr("task-1 waits for task, held up by left first, at "));
    EXPECT_THAT(printed, HasSubstr("event_loop_report_test.cpp:"));
}

TEST(Deadlock, CanBeEndedByTheOneWhoIsToldOfIt) {
    two_locks locks;
    event_loop loop(simulated());
    const auto one = loop.start(take_both(locks.left, locks.right));
    const auto other = loop.start(take_both(locks.right, locks.left));
    int calls = 0;
    loop.set_deadlock_handler([&](const std::vector<task_info>&) {
        ++calls;
        one->cancel();
    });
    loop.run_until_done(*other);
    EXPECT_EQ(calls, 1);
    EXPECT_TRUE(one->ended_cancelled());
    EXPECT_EQ(other->error(), nullptr);
}

task<> wait_for(event& flag) {
    co_await flag.wait();
}

TEST(Deadlock, CanEndTheLoop) {
    event never;
    event_loop loop(simulated());
    loop.set_deadlock_handler([&](const std::vector<task_info>&) { loop.stop(); });
    // A loop that slept all the same would throw `simulation_stuck`, which is none.
    EXPECT_THROW(loop.run_until_complete(wait_for(never)), std::runtime_error);
}

TEST(Deadlock, IsToldAgainWhenItComesAgain) {
    event_loop loop(simulated());
    int calls = 0;
    for (int i = 1; i <= 2; ++i) {
        two_locks locks;
        const auto one = loop.start(take_both(locks.left, locks.right));
        const auto other = loop.start(take_both(locks.right, locks.left));
        loop.set_deadlock_handler([&](const std::vector<task_info>&) {
            ++calls;
            one->cancel();
        });
        loop.run_until_done(*other);
        EXPECT_EQ(calls, i);
    }
}

TEST(Deadlock, IsNotToldIfNobodyWantsToKnow) {
    event never;
    ::testing::internal::CaptureStderr();
    {
        event_loop loop(simulated());
        loop.set_deadlock_handler(nullptr);
        EXPECT_THROW(loop.run_until_complete(wait_for(never)), simulation_stuck);
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

task<> wait_for_a_signal_of(task_handle<void>& waiting) {
    co_await next_signal(one_signal);
    waiting.cancel();
}

TEST(Deadlock, IsNoneWhileATaskWaitsForSomethingOutside) {
    event never;
    event_loop loop(simulated());
    int calls = 0;
    loop.set_deadlock_handler([&](const std::vector<task_info>&) { ++calls; });
    task_handle<void> waiting(loop.start(wait_for(never)));
    const auto listener = loop.start(wait_for_a_signal_of(waiting));
    simulation(loop).call_before_sleep([] { std::raise(one_signal); });
    loop.run_until_done(*listener);
    EXPECT_EQ(calls, 0);
}

task<> fail(std::string text) {
    throw deliberate(text);
    co_return;
}

TEST(ExceptionHandler, IsToldOfAFailureThatNobodyAskedFor) {
    std::vector<std::string> told;
    event_loop loop(simulated());
    loop.set_exception_handler([&](const std::string& name, const std::exception_ptr& error) {
        told.push_back(name);
        EXPECT_THROW(std::rethrow_exception(error), deliberate);
    });
    loop.start(fail("nobody asks"))->set_name("forgotten");
    const auto asked = loop.start(fail("somebody asks"));
    loop.run_once();
    EXPECT_THROW(take_result(*asked), deliberate);
    EXPECT_THAT(told, ElementsAre("forgotten"));
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

TEST(ExceptionHandler, MayBeMissing) {
    event_loop loop(simulated());
    loop.set_exception_handler(nullptr);
    loop.start(fail("nobody asks"));
    loop.run_until_complete(sleep_for(1s));
}

TEST(ExceptionHandler, IsNotToldOfATaskThatWasCancelled) {
    ::testing::internal::CaptureStderr();
    {
        event_loop loop(simulated());
        loop.start(sleep_for(1h))->cancel();
        loop.run_once();
    }
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

task<> compute_for(duration time) {
    simulation().advance(time);
    co_await yield();
}

TEST(LoopStats, KnowTheLongestTimeForWhichTasksHeldTheLoop) {
    event_loop loop(simulated());
    loop.run_until_complete(sleep_for(1h));
    EXPECT_EQ(loop.stats().longest_slice, 0s) << "sleep is not work";
    for (int i = 0; i < 32; ++i) loop.start(compute_for(1ms));
    loop.run_once();
    EXPECT_EQ(loop.stats().longest_slice, 32ms);
    EXPECT_EQ(loop.stats().system_calls, 0U);
}

task<> stop_and_wait(std::vector<std::string>& order) {
    event_loop::current()->stop();
    co_await yield();
    order.push_back("went on");
}

TEST(Stop, EndsTheRunAfterTheTurnAndLeavesTheTasksAsTheyAre) {
    std::vector<std::string> order;
    event_loop loop(simulated());
    const auto stopping = loop.start(stop_and_wait(order));
    const auto sleeping = loop.start(sleep_for(1h));
    loop.run_forever();
    EXPECT_FALSE(sleeping->is_done());
    EXPECT_FALSE(sleeping->was_cancelled());
    loop.run_until_done(*sleeping);
    EXPECT_THAT(order, ElementsAre("went on"));
}

void stop_from_another_thread() {
    event_loop loop(simulated());
    std::thread([&loop] { loop.stop(); }).join();
}

void start_from_another_thread() {
    event_loop loop(simulated());
    std::thread([&loop] { loop.start(sleep_for(0s)); }).join();
}

void cancel_from_another_thread() {
    event_loop loop(simulated());
    task_handle<void> handle(loop.start(sleep_for(1h)));
    std::thread([&handle] { handle.cancel(); }).join();
}

TEST(EventLoopDeathTest, IsNotUsedByOtherThreads) {
    EXPECT_DEBUG_DEATH(stop_from_another_thread(), "use loop.post");
    EXPECT_DEBUG_DEATH(start_from_another_thread(), "use loop.post");
    EXPECT_DEBUG_DEATH(cancel_from_another_thread(), "use loop.post");
}

async_generator<int> wait_first(event& flag) {
    co_await flag.wait();
    co_yield 1;
}

async_generator<int> sleep_first() {
    co_await sleep(1h);
    co_yield 1;
}

task<> take_one(async_generator<int>& from) {
    co_await from.next();
}

// Destroys a coroutine that another task is waiting in.
task<> destroy_what_waits(async_generator<int> numbers) {
    std::optional<async_generator<int>> owned(std::move(numbers));
    create_task(take_one, std::ref(*owned));
    co_await yield();
    owned.reset();
}

TEST(EventLoopDeathTest, SeesACoroutineDestroyedThatATaskWaitsIn) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    event flag;
    EXPECT_DEATH(simulate(destroy_what_waits(wait_first(flag))), "cancel its task");
    EXPECT_DEATH(simulate(destroy_what_waits(sleep_first())), "cancel its task");
}

task<> await_twice() {
    task<> work = sleep_for(0s);
    co_await std::move(work);
    co_await std::move(work);  // NOLINT(bugprone-use-after-move)
}

TEST(EventLoopDeathTest, SeesATaskThatIsAwaitedTwice) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(simulate(await_twice()), "moved from or awaited before");
}

template <class Start>
task<> hand_over_what_is_gone(Start start) {
    task<> work = sleep_for(0s);
    co_await std::move(work);
    start(std::move(work));  // NOLINT(bugprone-use-after-move)
    co_return;
}

TEST(EventLoopDeathTest, SeesATaskThatWasAwaitedWhereverItIsHandedOver) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    const auto spawn = [](task<> work) { create_task(std::move(work)); };
    EXPECT_DEATH(simulate(hand_over_what_is_gone(spawn)), "moved from or awaited before");
    const auto run_elsewhere = [](task<> work) {
        const loop_pool pool(1);
        pool.run_on(0, std::move(work)).result();
    };
    EXPECT_DEATH(simulate(hand_over_what_is_gone(run_elsewhere)), "moved from or awaited before");
}

task<> await_a_handle_twice() {
    task_handle<void> work = create_task(sleep_for(0s));
    co_await std::move(work);
    co_await std::move(work);  // NOLINT(bugprone-use-after-move)
}

TEST(EventLoopDeathTest, SeesAHandleThatIsTakenTwice) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(simulate(await_a_handle_twice()), "this handle was moved from");
}

TEST(EventLoopDeathTest, SeesASleepWithoutALoop) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(static_cast<void>(sleep(1s)), "needs a running loop");
    EXPECT_DEATH(call_later(1s, [] {}), "needs a running loop");
}

TEST(EventLoop, TellsWhatAPostedFunctionThrows) {
    event_loop loop(simulated());
    std::string told;
    loop.set_exception_handler([&](const std::string& name, const std::exception_ptr& error) {
        told = name + ": " + message_of(error);
    });
    loop.post([] { throw std::runtime_error("broken"); });
    loop.run_until_complete(sleep_for(0s));
    EXPECT_EQ(told, "a posted function: broken");
}

}  // namespace
}  // namespace eddy::testing
