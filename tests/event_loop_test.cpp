#include <eddy/event_loop.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using log = std::vector<std::string>;

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

task<> fail() {
    throw deliberate("the main task failed");
    co_return;
}

TEST(EventLoop, GivesTheResultOfTheMainTask) {
    event_loop loop(simulated());
    EXPECT_EQ(loop.run_until_complete(give_after(1s, 5)), 5);
    EXPECT_EQ(loop.run_until_complete(give_after(1s, 6)), 6) << "it can be used again";
    EXPECT_THROW(loop.run_until_complete(fail()), deliberate);
}

task<> cancel_itself() {
    event_loop::running_task().cancel();
    co_await yield();
}

TEST(EventLoop, ThrowsTaskCancelledWhenTheMainTaskWasCancelled) {
    event_loop loop(simulated());
    EXPECT_THROW(loop.run_until_complete(cancel_itself()), task_cancelled);
}

task<> look_at_current(event_loop& expected) {
    EXPECT_EQ(event_loop::current(), &expected);
    EXPECT_TRUE(event_loop::is_in_task());
    co_await yield();
    EXPECT_EQ(event_loop::current(), &expected);
}

TEST(EventLoop, IsTheCurrentOneWhileItRuns) {
    EXPECT_EQ(event_loop::current(), nullptr);
    EXPECT_FALSE(event_loop::is_in_task());
    event_loop loop(simulated());
    loop.run_until_complete(look_at_current(loop));
    EXPECT_EQ(event_loop::current(), nullptr);
}

task<int> run_another_loop() {
    const event_loop* const outer = event_loop::current();
    const task_control* const self = &event_loop::running_task();
    const int value = simulate(give_after(1s, 5));
    EXPECT_EQ(event_loop::current(), outer);
    EXPECT_EQ(&event_loop::running_task(), self);
    co_await yield();
    co_return value;
}

TEST(EventLoop, CanRunInsideATaskOfAnotherOne) {
    EXPECT_EQ(simulate(run_another_loop()), 5);
}

task<> wait_for(event& bell, const event_loop*& where) {
    co_await bell.wait();
    where = event_loop::current();
}

task<> ring(event& bell) {
    bell.set();
    co_return;
}

task<> ring_from_another_loop() {
    event bell;
    const event_loop* woken_on = nullptr;
    task_handle<void> other = create_task(wait_for(bell, woken_on));
    co_await yield();
    simulate(ring(bell));
    EXPECT_EQ(other.control().state, task_state::ready);
    EXPECT_EQ(woken_on, nullptr) << "it was resumed by a loop that is not its own";
    co_await other;
    EXPECT_EQ(woken_on, event_loop::current());
}

TEST(EventLoop, ResumesItsTasksThatAnotherOneHasWoken) {
    simulate(ring_from_another_loop());
}

TEST(EventLoop, ResumesItsTasksThatWereWokenWhileNoLoopRan) {
    event bell;
    const event_loop* woken_on = nullptr;
    event_loop loop(simulated());
    const auto waiting = loop.start(wait_for(bell, woken_on));
    loop.run_once();
    bell.set();
    EXPECT_EQ(woken_on, nullptr);
    loop.run_until_done(*waiting);
    EXPECT_EQ(woken_on, &loop);
}

task<> clean_up_with_a_wait(log& order) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        order.push_back("cancelled");
    }
    co_await shield(sleep_for(1s));
    order.push_back("cleaned up");
}

TEST(EventLoop, CancelsTheTasksThatAreLeftAtItsEndAndAwaitsThem) {
    log order;
    {
        event_loop loop(simulated());
        loop.start(clean_up_with_a_wait(order));
        loop.run_once();
    }
    EXPECT_THAT(order, ElementsAre("cancelled", "cleaned up"));
}

task<> start_another_when_cancelled(log& order) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        create_task(clean_up_with_a_wait(order));
        throw;
    }
}

TEST(EventLoop, AwaitsTasksThatAreStartedWhileItEnds) {
    log order;
    {
        event_loop loop(simulated());
        loop.start(start_another_when_cancelled(order));
        loop.run_once();
    }
    EXPECT_THAT(order, ElementsAre("cancelled", "cleaned up"));
}

TEST(EventLoop, RunsWhatWasPostedBeforeItsEnd) {
    bool ran = false;
    {
        event_loop loop(simulated());
        loop.post([&ran] { ran = true; });
    }
    EXPECT_TRUE(ran);
}

TEST(EventLoop, TellsWhichBackendItHasAndWhy) {
    const event_loop loop(simulated());
    EXPECT_EQ(loop.backend_name(), "simulated");
    EXPECT_EQ(loop.backend_reason(), "simulated for a test");
}

TEST(EventLoop, PrintsAFailureThatNobodyAskedFor) {
    ::testing::internal::CaptureStderr();
    {
        event_loop loop(simulated());
        loop.start(fail());
        loop.run_once();
    }
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("the main task failed"));
}

task<> stop_after(duration time) {
    co_await sleep(time);
    event_loop::current()->stop();
}

TEST(EventLoop, RunsUntilItIsStopped) {
    event_loop loop(simulated());
    const time_point start = loop.kernel().now();
    loop.start(stop_after(1s));
    loop.run_forever();
    EXPECT_EQ(loop.kernel().now() - start, 1s);
    loop.start(stop_after(1s));
    EXPECT_THROW(loop.run_until_complete(sleep_for(1h)), std::runtime_error);
}

TEST(EventLoop, TakesItsTimeToEndAfterItWasStopped) {
    log order;
    {
        event_loop loop(simulated());
        loop.start(clean_up_with_a_wait(order));
        loop.start(stop_after(1s));
        loop.run_forever();
    }
    EXPECT_THAT(order, ElementsAre("cancelled", "cleaned up"));
}

task<> stop_when_cancelled() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        event_loop::current()->stop();
        throw;
    }
}

TEST(EventLoop, TakesItsTimeToEndAlsoWhenItIsStoppedMeanwhile) {
    log order;
    {
        event_loop loop(simulated());
        loop.start(clean_up_with_a_wait(order));
        loop.start(stop_when_cancelled());
        loop.run_once();
    }
    EXPECT_THAT(order, ElementsAre("cancelled", "cleaned up"));
}

TEST(EventLoop, IsStoppedByAPostWhileAllItsTasksSleep) {
    event_loop loop(simulated());
    loop.start(sleep_for(1h));
    loop.run_once();
    const time_point before = loop.kernel().now();
    loop.post([&loop] { loop.stop(); });
    loop.run_forever();
    EXPECT_EQ(loop.kernel().now(), before);
}

task<> wait_for_ever(event& never) {
    co_await never.wait();
}

TEST(EventLoop, TellsOnceWhenAllTasksWaitForEachOther) {
    event never;
    event_loop loop(simulated());
    int calls = 0;
    loop.set_deadlock_handler([&](const std::vector<task_info>& tasks) {
        ++calls;
        EXPECT_EQ(tasks.size(), 2U);
    });
    loop.start(wait_for_ever(never));
    EXPECT_THROW(loop.run_until_complete(wait_for_ever(never)), simulation_stuck);
    EXPECT_EQ(calls, 1);
}

TEST(EventLoop, IsTheCurrentOneOfWhatIsPostedAlsoOutsideOfATurn) {
    std::vector<event_loop*> seen;
    const auto look = [&seen] { seen.push_back(event_loop::current()); };
    event_loop* address = nullptr;
    {
        event_loop loop(simulated());
        address = &loop;
        loop.post(look);
        loop.run_posted();
        loop.post([&loop, look] { loop.post(look); });
    }
    EXPECT_THAT(seen, ElementsAre(address, address));
    EXPECT_EQ(event_loop::current(), nullptr);
}

TEST(EventLoop, TakesOneTurnAfterItWasStoppedInAdvance) {
    event_loop loop(simulated());
    loop.start(sleep_for(1h));
    loop.stop();
    loop.run_forever();
    EXPECT_EQ(loop.stats().turns, 1U);
    EXPECT_EQ(loop.stats().resumptions, 1U);
    loop.start(stop_after(1s));
    loop.run_forever();
    EXPECT_GT(loop.stats().turns, 2U) << "that it was stopped is over";
}

}  // namespace
}  // namespace eddy::testing
