#include <eddy/event_loop.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/transfer.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
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

task<> wait_for_post(event& posted, log& order) {
    co_await posted.wait();
    order.push_back("posted");
}

task<> wait_for_byte(native_handle from, log& order) {
    std::byte byte[1];
    co_await receive(from, byte);
    order.push_back("finished");
}

task<> wait_for_time(log& order) {
    co_await sleep(1h);
    order.push_back("due");
}

// A seed with which a receive does not finish at once.
constexpr std::uint64_t seed_that_waits = 3;

TEST(EventLoop, TakesInOneTurnWhatWasPostedThenWhatHasFinishedThenWhatIsDue) {
    event_loop loop(simulated(seed_that_waits));
    const auto [one, other] = simulation(loop).network().open_pair();
    loop.run_until_complete(send_text(other.get(), "x"));
    simulation(loop).advance(1s);

    event flag;
    log order;
    loop.start(wait_for_time(order));
    loop.start(wait_for_byte(one.get(), order));
    loop.start(wait_for_post(flag, order));
    loop.run_once();
    ASSERT_EQ(simulation(loop).in_flight(), 1U) << "choose another seed";
    simulation(loop).advance(2h);
    loop.post([&] { flag.set(); });
    EXPECT_THAT(order, ElementsAre());
    loop.run_once();
    EXPECT_THAT(order, ElementsAre("posted", "finished", "due"));
}

task<> count_resumption(int& resumed) {
    ++resumed;
    co_return;
}

TEST(EventLoop, ResumesAHundredAndTwentyEightTasksPerTurnAtMost) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 300; ++i) loop.start(count_resumption(resumed));
    for (const int expected : {128, 256, 300}) {
        loop.run_once();
        EXPECT_EQ(resumed, expected);
    }
}

task<> compute_for(duration time, int& resumed) {
    simulation().advance(time);
    ++resumed;
    co_return;
}

TEST(EventLoop, EndsATurnEarlyThatTakesLong) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 128; ++i) loop.start(compute_for(1ms, resumed));
    loop.run_once();
    EXPECT_LT(resumed, 128);
    EXPECT_GT(resumed, 0);
    loop.cancel_all_and_wait();
}

TEST(EventLoop, ReadsTheClockOnceATurnAndSeldomBetween) {
    event_loop loop(simulated());
    int resumed = 0;
    for (int i = 0; i < 128; ++i) loop.start(count_resumption(resumed));
    const std::uint64_t before = simulation(loop).clock_readings();
    loop.run_once();
    EXPECT_LE(simulation(loop).clock_readings() - before, 1U + 128 / 16);
    const std::uint64_t idle = simulation(loop).clock_readings();
    loop.start(count_resumption(resumed));
    loop.run_once();
    EXPECT_EQ(simulation(loop).clock_readings() - idle, 1U);
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

TEST(EventLoop, KeepsItsTimeForAWholeTurn) {
    event_loop loop(simulated());
    const time_point before = loop.now();
    int resumed = 0;
    loop.start(compute_for(1h, resumed));
    loop.run_once();
    EXPECT_EQ(loop.now(), before);
    loop.start(compute_for(1h, resumed));
    loop.run_once();
    EXPECT_EQ(loop.now(), before + 1h);
}

TEST(EventLoop, CountsWhatItDoes) {
    event_loop loop(simulated());
    const loop_stats before = loop.stats();
    int resumed = 0;
    for (int i = 0; i < 3; ++i) loop.start(count_resumption(resumed));
    loop.run_once();
    const loop_stats after = loop.stats();
    EXPECT_EQ(after.turns - before.turns, 1U);
    EXPECT_EQ(after.polls - before.polls, 1U);
    EXPECT_EQ(after.resumptions - before.resumptions, 3U);
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

// With the kernel and with threads
// -----------------------------------------------------------------

TEST(EventLoop, RunsWhatOtherThreadsPostInOrderWhetherItSleepsOrNot) {
    constexpr int threads = 4;
    constexpr int posts_each = 2000;
    event_loop loop;
    std::vector<int> next(threads, 0);
    int done = 0;
    std::vector<std::thread> posters;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        posters.emplace_back([&, thread] {
            for (int i = 0; i < posts_each; ++i) {
                loop.post([&, thread, i] {
                    EXPECT_EQ(next[thread]++, i);
                    if (i + 1 == posts_each && ++done == threads) loop.stop();
                });
            }
        });
    }
    loop.run_forever();
    for (std::thread& each : posters) each.join();
    EXPECT_EQ(next, std::vector<int>(threads, posts_each));
}

TEST(EventLoop, AnswersEachPostOfAThreadThatWaitsForTheAnswer) {
    event_loop loop;
    std::thread asker([&loop] {
        for (int i = 0; i < 500; ++i) {
            std::atomic<bool> answered = false;
            loop.post([&answered] {
                answered = true;
                answered.notify_one();
            });
            answered.wait(false);
        }
        loop.post([&loop] { loop.stop(); });
    });
    loop.run_forever();
    asker.join();
}

task<> set_from_a_thread(event& flag) {
    event_loop& loop = *event_loop::current();
    std::thread([&] { loop.post([&flag] { flag.set(); }); }).join();
    co_await flag.wait();
}

TEST(EventLoop, LetsAPostWakeATask) {
    event flag;
    run(set_from_a_thread(flag));
    EXPECT_TRUE(flag.is_set());
}

task<int> sum_of_tasks(int count) {
    std::vector<task_handle<int>> all;
    for (int i = 0; i < count; ++i) all.push_back(create_task(give_after(1us, i)));
    int total = 0;
    for (task_handle<int>& each : all) total += co_await each;
    co_return total;
}

TEST(EventLoop, RunsOnSeveralThreadsAtOnceEachWithItsOwn) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] { EXPECT_EQ(run(sum_of_tasks(1000)), 499'500); });
    }
    for (std::thread& each : threads) each.join();
}

TEST(EventLoop, SleepsNoShorterThanItIsAskedToOnARealClock) {
    event_loop loop;
    const time_point before = loop.kernel().now();
    loop.run_until_complete(sleep_for(1500us));
    EXPECT_GE(loop.kernel().now() - before, 1500us);
}

}  // namespace
}  // namespace eddy::testing
