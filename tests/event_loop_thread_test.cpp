#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

// The loop on a real kernel, and other threads.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

TEST(EventLoopThread, RunsWhatOtherThreadsPostInOrderWhetherItSleepsOrNot) {
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

TEST(EventLoopThread, AnswersEachPostOfAThreadThatWaitsForTheAnswer) {
    event_loop loop;
    std::thread asker([&loop] {
        for (int i = 0; i < 500; ++i) {
            std::atomic<bool> answered = false;
            loop.post([&answered] { answered = true; });
            while (!answered) std::this_thread::yield();
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

TEST(EventLoopThread, LetsAPostWakeATask) {
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

TEST(EventLoopThread, RunsOnSeveralThreadsAtOnceEachWithItsOwn) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([] { EXPECT_EQ(run(sum_of_tasks(1000)), 499'500); });
    }
    for (std::thread& each : threads) each.join();
}

TEST(EventLoopThread, SleepsNoShorterThanItIsAskedToOnARealClock) {
    event_loop loop;
    const time_point before = loop.kernel().now();
    loop.run_until_complete(sleep_for(1500us));
    EXPECT_GE(loop.kernel().now() - before, 1500us);
}

}  // namespace
}  // namespace eddy::testing
