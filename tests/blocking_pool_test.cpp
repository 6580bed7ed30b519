#include <eddy/blocking_pool.hpp>

#include "support/asleep.hpp"
#include "support/latch.hpp"

#include <eddy/completer.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;

static_assert(executor<blocking_pool>);

int square(int x) {
    return x * x;
}

TEST(BlockingPool, HasNoThreadsUntilThereIsWork) {
    blocking_pool pool;
    EXPECT_EQ(pool.thread_count(), 0U);
    EXPECT_EQ(pool.submit(square, 7).result(), 49);
    EXPECT_EQ(pool.thread_count(), 1U);
}

TEST(BlockingPool, AddsAThreadWheneverAllAreBusy) {
    blocking_pool pool;
    testing::latch all_run(20);
    std::vector<future<void>> jobs;
    for (int i = 0; i < 20; ++i)
        jobs.push_back(pool.submit([&all_run] { all_run.arrive_and_wait(); }));
    for (auto& job : jobs) job.result();
    EXPECT_EQ(pool.thread_count(), 20U);
}

TEST(BlockingPool, UsesAnIdleThreadBeforeItAddsOne) {
    blocking_pool pool(blocking_pool_options().idle_timeout(1h));
    for (int i = 0; i < 10; ++i) {
        testing::wait_until_asleep(pool.submit(testing::this_thread_number).result());
        ASSERT_EQ(pool.thread_count(), 1U);
    }
}

TEST(BlockingPool, ReplacesOnlySoManyThreadsThatWaitForOthers) {
    constexpr int most = 2 + 64;
    blocking_pool pool(blocking_pool_options().threads(2));
    std::vector<completer<int>> others(most);
    testing::latch all_run(most);
    std::vector<future<int>> waiting;
    for (completer<int>& each : others)
        waiting.push_back(pool.submit([&each, &all_run] {
            all_run.count_down();
            return each.get_future().result();
        }));
    all_run.wait();
    future<int> one_more = pool.submit(square, 7);
    EXPECT_THROW(one_more.result(200ms), timeout_error) << "a thread was added for it";
    EXPECT_EQ(pool.thread_count(), static_cast<std::size_t>(most));
    for (completer<int>& each : others) each.set_result(3);
    EXPECT_EQ(one_more.result(), 49);
}

// Does something when its thread ends.
struct farewell {
    ~farewell() {
        if (say) say();
    }
    std::function<void()> say;
};

TEST(BlockingPool, TakesAJobFromAThreadThatHasLeft) {
    blocking_pool pool(blocking_pool_options().idle_timeout(0ns));
    future<int> last;
    testing::latch submitted(1);
    pool.submit([&] {
            static thread_local farewell at_the_end;
            at_the_end.say = [&] {
                last = pool.submit(square, 7);
                submitted.count_down();
            };
        })
        .result();
    submitted.wait();
    EXPECT_EQ(last.result(), 49);
}

TEST(BlockingPool, HasNoMoreThreadsThanItMay) {
    blocking_pool pool(blocking_pool_options().threads(2));
    EXPECT_EQ(pool.concurrency(), 2U);
    testing::latch both_run(2);
    testing::latch go(1);
    std::vector<future<void>> jobs;
    for (int i = 0; i < 2; ++i)
        jobs.push_back(pool.submit([&] {
            both_run.count_down();
            go.wait();
        }));
    for (int i = 0; i < 10; ++i) jobs.push_back(pool.submit([] {}));
    both_run.wait();
    EXPECT_EQ(pool.thread_count(), 2U);
    go.count_down();
    for (auto& job : jobs) job.result();
    EXPECT_EQ(pool.thread_count(), 2U);
}

TEST(BlockingPool, LetsThreadsGoThatStayIdle) {
    blocking_pool pool(blocking_pool_options().idle_timeout(1ms));
    testing::latch all_run(3);
    for (int i = 0; i < 3; ++i) pool.submit([&all_run] { all_run.arrive_and_wait(); });
    while (pool.thread_count() > 0) std::this_thread::yield();
    EXPECT_EQ(pool.submit(square, 7).result(), 49);
}

TEST(BlockingPool, RunsJobsInTheOrderOfTheirSubmission) {
    blocking_pool pool(blocking_pool_options().threads(1));
    std::vector<int> order;
    std::vector<future<void>> jobs;
    for (int i = 0; i < 100; ++i) jobs.push_back(pool.submit([&order, i] { order.push_back(i); }));
    for (auto& job : jobs) job.result();
    for (int i = 0; i < 100; ++i) ASSERT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(BlockingPool, LetsExceptionsTravelAndGoesOn) {
    blocking_pool pool(blocking_pool_options().threads(1));
    auto failing = pool.submit([] { throw std::runtime_error("broken"); });
    EXPECT_THROW(failing.result(), std::runtime_error);
    EXPECT_EQ(pool.submit(square, 2).result(), 4);
}

int sum_to(blocking_pool& pool, int n) {
    if (n == 0) return 0;
    return n + pool.submit([&pool, n] { return sum_to(pool, n - 1); }).result();
}

TEST(BlockingPool, OfOneThreadNestsJobsThatWaitForEachOther) {
    blocking_pool pool(blocking_pool_options().threads(1));
    EXPECT_EQ(pool.submit([&pool] { return sum_to(pool, 100); }).result(), 5050);
}

TEST(BlockingPool, ReplacesAThreadThatWaitsForAnotherJob) {
    blocking_pool pool(blocking_pool_options().threads(1));
    auto outer = pool.submit([&pool] { return pool.submit(square, 3).result(1h); });
    EXPECT_EQ(outer.result(), 9);
    for (const int each : pool.map(square, std::views::iota(0, 5))) EXPECT_GE(each, 0);
    EXPECT_LE(pool.thread_count(), 1U) << "a thread that was one too many has stayed";
}

TEST(BlockingPool, DrainsWhatWasSubmittedAndWhatThatSubmits) {
    std::atomic<int> runs = 0;
    {
        blocking_pool pool(blocking_pool_options().threads(3));
        for (int i = 0; i < 50; ++i)
            pool.submit([&pool, &runs] {
                ++runs;
                pool.submit([&runs] { ++runs; });
            });
    }
    EXPECT_EQ(runs, 100);
}

TEST(BlockingPool, CancelsWhatHasNotStartedWhenAskedToAtItsEnd) {
    blocking_pool pool(blocking_pool_options().threads(1));
    testing::latch runs(1);
    testing::latch go(1);
    auto running = pool.submit([&] {
        runs.count_down();
        go.wait();
    });
    runs.wait();
    const auto held = std::make_shared<int>(7);
    auto pending = pool.submit([held] { return *held; });
    std::thread closing([&pool] { pool.shutdown(shutdown_mode::cancel_pending); });
    EXPECT_THROW(pending.result(), task_cancelled);
    EXPECT_FALSE(running.done());
    go.count_down();
    closing.join();
    running.result();
    EXPECT_EQ(held.use_count(), 1);
}

TEST(BlockingPool, TakesNothingMoreOnceItWasShutDown) {
    blocking_pool pool;
    pool.shutdown();
    EXPECT_THROW(pool.submit(square, 1), pool_closed);
    pool.shutdown();
}

TEST(BlockingPool, RefusesToBeShutDownByItsOwnJob) {
    blocking_pool pool;
    auto job = pool.submit([&pool] { pool.shutdown(); });
    EXPECT_THROW(job.result(), would_deadlock);
}

TEST(BlockingPool, SurvivesThatThreadsComeAndGoUnderLoad) {
    blocking_pool pool(blocking_pool_options().threads(4).idle_timeout(0s));
    std::atomic<int> runs = 0;
    std::vector<std::thread> submitters;
    for (int t = 0; t < 3; ++t)
        submitters.emplace_back([&pool, &runs] {
            for (int i = 0; i < 500; ++i) pool.submit([&runs] { ++runs; }).result();
        });
    for (auto& each : submitters) each.join();
    EXPECT_EQ(runs, 1500);
}

}  // namespace
}  // namespace eddy
