#include <eddy/thread_pool.hpp>

#include "support/asleep.hpp"
#include "support/latch.hpp"

#include <eddy/run.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;

int square(int x) {
    return x * x;
}

static_assert(executor<thread_pool>);

TEST(ThreadPool, CallsAFunctionWithItsArgumentsOnAnotherThread) {
    thread_pool pool(2);
    EXPECT_EQ(pool.submit(square, 7).result(), 49);
    const auto thread = pool.submit([] { return std::this_thread::get_id(); }).result();
    EXPECT_NE(thread, std::this_thread::get_id());
}

TEST(ThreadPool, TakesWhatCanOnlyBeMoved) {
    thread_pool pool(1);
    auto call = [held = std::make_unique<int>(3)](std::unique_ptr<int> other) {
        return std::make_unique<int>(*held + *other);
    };
    EXPECT_EQ(*pool.submit(std::move(call), std::make_unique<int>(4)).result(), 7);
}

TEST(ThreadPool, AlignsWhatIsCaptured) {
    struct alignas(4096) page {
        char bytes[4096] = {};
    };
    thread_pool pool(1);
    const auto misalignment = [in = page()] {
        // Not known to the compiler, which would trust in it.
        const volatile auto address = reinterpret_cast<std::uintptr_t>(&in);
        return address % alignof(page);
    };
    for (int i = 0; i < 5; ++i) EXPECT_EQ(pool.submit(misalignment).result(), 0U);
}

TEST(ThreadPool, LetsExceptionsTravelAndGoesOn) {
    thread_pool pool(1);
    auto failing = pool.submit([] { throw std::runtime_error("broken"); });
    auto strange = pool.submit([] { throw 7; });
    EXPECT_THROW(failing.result(), std::runtime_error);
    EXPECT_THROW(strange.result(), int);
    EXPECT_EQ(pool.submit(square, 2).result(), 4);
}

TEST(ThreadPool, CanBeAwaited) {
    const auto main = []() -> task<int> {
        thread_pool pool(2);
        co_return co_await pool.submit(square, 7) + co_await pool.submit(square, 2);
    };
    EXPECT_EQ(run(main), 53);
}

TEST(ThreadPool, FreesWhatACallHoldsWhenItHasRun) {
    thread_pool pool(1);
    const auto held = std::make_shared<int>(7);
    std::weak_ptr<int> seen = held;
    auto result = pool.submit([](std::shared_ptr<int> mine) { return *mine; }, held);
    result.result();
    EXPECT_EQ(held.use_count(), 1) << "the future still holds the argument";
}

TEST(ThreadPool, RunsAsManyJobsAtOnceAsItHasThreads) {
    thread_pool pool(4);
    EXPECT_EQ(pool.concurrency(), 4U);
    testing::latch all_run(4);
    std::vector<future<void>> jobs;
    for (int i = 0; i < 4; ++i)
        jobs.push_back(pool.submit([&all_run] { all_run.arrive_and_wait(); }));
    for (auto& job : jobs) job.result();
}

TEST(ThreadPool, OfOneThreadRunsJobsInTheOrderOfTheirSubmission) {
    thread_pool pool(1);
    std::vector<int> order;
    std::vector<future<void>> jobs;
    for (int i = 0; i < 1000; ++i) jobs.push_back(pool.submit([&order, i] { order.push_back(i); }));
    for (auto& job : jobs) job.result();
    std::vector<int> expected(1000);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
}

TEST(ThreadPool, RunsEveryJobOnceThoughManyThreadsSubmit) {
    constexpr int threads = 4;
    constexpr int jobs = 5000;
    std::vector<std::atomic<int>> runs(threads * jobs);
    {
        thread_pool pool(3);
        std::vector<std::thread> submitters;
        for (int t = 0; t < threads; ++t)
            submitters.emplace_back([&pool, &runs, t] {
                for (int i = 0; i < jobs; ++i)
                    pool.submit([&runs](std::size_t n) { ++runs[n]; }, t * jobs + i);
            });
        for (auto& each : submitters) each.join();
    }
    for (const auto& each : runs) ASSERT_EQ(each, 1);
}

TEST(ThreadPool, WakesUpForEachOfManySingleJobs) {
    thread_pool pool(2);
    for (int i = 0; i < 3000; ++i) ASSERT_EQ(pool.submit(square, i).result(), i * i);
}

// Waiting inside of jobs -----------------------------------------------------------------------

int sum_to(thread_pool& pool, int n) {
    if (n == 0) return 0;
    return n + pool.submit([&pool, n] { return sum_to(pool, n - 1); }).result();
}

TEST(ThreadPool, OfOneThreadNestsAThousandJobsThatWaitForEachOther) {
    thread_pool pool(1);
    EXPECT_EQ(pool.submit([&pool] { return sum_to(pool, 1000); }).result(), 500500);
}

int fibonacci(thread_pool& pool, int n) {
    if (n < 2) return n;
    auto left = pool.submit([&pool, n] { return fibonacci(pool, n - 1); });
    const int right = fibonacci(pool, n - 2);
    return left.result() + right;
}

TEST(ThreadPool, ForksAndJoinsWithFutures) {
    for (const unsigned threads : {1U, 2U, 4U}) {
        thread_pool pool(threads);
        EXPECT_EQ(pool.submit([&pool] { return fibonacci(pool, 16); }).result(), 987);
    }
}

TEST(ThreadPool, HasAJobOfAnotherWorkerWaitedForWithoutLosingTheThread) {
    thread_pool pool(2);
    testing::latch second_runs(1);
    testing::latch third_ran(1);
    auto first = pool.submit([&] {
        auto second = pool.submit([&] {
            second_runs.count_down();
            third_ran.wait();
        });
        second_runs.wait();  // it was stolen: now it can only be waited for
        second.result();
    });
    second_runs.wait();
    // Both threads are taken, one by a wait; a spare one has to run this.
    pool.submit([&third_ran] { third_ran.count_down(); }).result();
    first.result();
}

TEST(ThreadPool, DoesNotRunForeignJobsUnderALockThatAWaitingJobHolds) {
    // rayon#592: while it waits under a lock, a worker takes up a job that wants the same lock.
    thread_pool pool(2);
    std::mutex mutex;
    int entered = 0;
    std::vector<future<void>> jobs;
    for (int i = 0; i < 200; ++i)
        jobs.push_back(pool.submit([&pool, &mutex, &entered] {
            const std::lock_guard lock(mutex);
            ++entered;
            std::vector<future<int>> parts;
            for (int part = 0; part < 4; ++part) parts.push_back(pool.submit(square, part));
            for (auto& part : parts) part.result();
        }));
    for (auto& job : jobs) job.result();
    EXPECT_EQ(entered, 200);
}

TEST(ThreadPool, WaitsForJobsOfAnotherPoolWithoutLosingTheThread) {
    thread_pool outer(1);
    thread_pool inner(1);
    testing::latch go(1);
    auto waiting = outer.submit([&] { inner.submit([&go] { go.wait(); }).result(); });
    outer.submit([&go] { go.count_down(); }).result();
    waiting.result();
}

TEST(ThreadPool, WaitsWithATimeoutForAJobThatOnlyItsOwnThreadCouldRun) {
    thread_pool pool(1);
    auto outer = pool.submit([&pool] { return pool.submit(square, 3).result(1h); });
    EXPECT_EQ(outer.result(), 9);
}

TEST(ThreadPool, SendsSpareThreadsAsideAndBack) {
    thread_pool pool(2);
    for (int round = 0; round < 200; ++round) {
        testing::latch both(2);
        auto meet = [&pool, &both] {
            auto inner = pool.submit([&both] { both.arrive_and_wait(); });
            inner.result(1h);
        };
        auto first = pool.submit(meet);
        auto second = pool.submit(meet);
        first.result();
        second.result();
    }
}

// Cancelling -----------------------------------------------------------------------------------

TEST(ThreadPool, DoesNotRunAJobThatWasCancelledInTime) {
    thread_pool pool(1);
    testing::latch go(1);
    auto blocking = pool.submit([&go] { go.wait(); });
    bool ran = false;
    const auto held = std::make_shared<int>(7);
    auto cancelled = pool.submit([&ran, held] { ran = true; });
    EXPECT_TRUE(cancelled.cancel());
    EXPECT_THROW(cancelled.result(), task_cancelled);
    go.count_down();
    blocking.result();
    pool.shutdown();
    EXPECT_FALSE(ran);
    EXPECT_EQ(held.use_count(), 1) << "the cancelled call still holds its captures";
}

TEST(ThreadPool, CannotCancelAJobThatRuns) {
    thread_pool pool(1);
    testing::latch runs(1);
    testing::latch go(1);
    auto running = pool.submit([&] {
        runs.count_down();
        go.wait();
        return 7;
    });
    runs.wait();
    EXPECT_FALSE(running.cancel());
    go.count_down();
    EXPECT_EQ(running.result(), 7);
}

TEST(ThreadPool, EitherRunsOrCancelsAJobWhenBothAreTried) {
    thread_pool pool(2);
    for (int round = 0; round < 3000; ++round) {
        std::atomic<bool> ran = false;
        auto job = pool.submit([&ran] { ran = true; });
        if (job.cancel())
            ASSERT_FALSE(ran);
        else
            job.result();
        ASSERT_NE(ran, job.cancelled());
    }
}

// Start and end --------------------------------------------------------------------------------

TEST(ThreadPool, DrainsWhatWasSubmittedAndWhatThatSubmits) {
    std::atomic<int> runs = 0;
    {
        thread_pool pool(2);
        for (int i = 0; i < 100; ++i)
            pool.submit([&pool, &runs] {
                ++runs;
                pool.submit([&pool, &runs] {
                    ++runs;
                    pool.submit([&runs] { ++runs; });
                });
            });
    }
    EXPECT_EQ(runs, 300);
}

TEST(ThreadPool, KeepsAllThreadsUntilTheLastJobIsDone) {
    thread_pool pool(2);
    testing::latch meeting(2);
    testing::latch started(1);
    testing::latch go(1);
    // While the pool is shut down, its one job needs the other thread too.
    pool.submit([&] {
        started.count_down();
        go.wait();
        pool.submit([&meeting] { meeting.arrive_and_wait(); });
        meeting.arrive_and_wait();
    });
    started.wait();
    std::thread closing([&pool] { pool.shutdown(); });
    go.count_down();
    closing.join();
}

TEST(ThreadPool, CancelsWhatHasNotStartedWhenAskedToAtItsEnd) {
    thread_pool pool(1);
    testing::latch runs(1);
    testing::latch go(1);
    auto running = pool.submit([&] {
        runs.count_down();
        go.wait();
        return 7;
    });
    runs.wait();
    std::vector<future<int>> pending;
    for (int i = 0; i < 100; ++i) pending.push_back(pool.submit(square, i));
    bool called_back = false;
    pending.back().on_done([&called_back] { called_back = true; });

    std::thread closing([&pool] { pool.shutdown(shutdown_mode::cancel_pending); });
    for (auto& each : pending) EXPECT_THROW(each.result(), task_cancelled);
    EXPECT_FALSE(running.done()) << "what runs is not cancelled";
    go.count_down();
    closing.join();
    EXPECT_EQ(running.result(), 7);
    EXPECT_TRUE(called_back);
}

TEST(ThreadPool, TakesNothingMoreOnceItWasShutDown) {
    thread_pool pool(1);
    pool.shutdown();
    EXPECT_THROW(pool.submit(square, 1), pool_closed);
    pool.shutdown();
}

TEST(ThreadPool, RefusesToBeShutDownByItsOwnJob) {
    thread_pool pool(1);
    auto job = pool.submit([&pool] { pool.shutdown(); });
    EXPECT_THROW(job.result(), would_deadlock);
}

TEST(ThreadPool, CanBeShutDownWhileOthersSubmit) {
    for (int round = 0; round < 50; ++round) {
        thread_pool pool(2);
        testing::latch both(2);
        std::vector<future<int>> accepted;
        std::thread submitter([&] {
            both.arrive_and_wait();
            try {
                while (true) accepted.push_back(pool.submit(square, 2));
            } catch (const pool_closed&) {
            }
        });
        both.arrive_and_wait();
        pool.shutdown();
        submitter.join();
        for (auto& each : accepted) ASSERT_EQ(each.result(), 4);
    }
}

TEST(ThreadPool, StartsAndEndsAThousandTimes) {
    for (int i = 0; i < 1000; ++i) {
        thread_pool pool(2);
        if (i % 2 == 0) pool.submit(square, i);
    }
}

TEST(ThreadPool, FallsAsleepWhenThereIsNothingToDo) {
    thread_pool pool(2);
    testing::latch both(2);
    const auto number = [&both] {
        both.arrive_and_wait();
        return testing::this_thread_number();
    };
    auto first = pool.submit(number);
    auto second = pool.submit(number);
    testing::wait_until_asleep(first.result());
    testing::wait_until_asleep(second.result());
}

thread_local int waits_on_this_stack = 0;

// Waits for the job before it, and notes how many jobs of one thread have come to wait in another.
int count_jobs(future<int>& before, std::atomic<int>& most) {
    const int waits = ++waits_on_this_stack;
    for (int seen = most; seen < waits && !most.compare_exchange_weak(seen, waits);) continue;
    const int count = before.result() + 1;
    --waits_on_this_stack;
    return count;
}

// The last of so many jobs, each of which waits for the one before it.
int wait_for_chain(thread_pool& pool, int length, std::atomic<int>& most) {
    future<int> last = pool.submit([] { return 0; });
    for (int i = 0; i < length; ++i)
        last = pool.submit(
            [before = std::move(last), &most]() mutable { return count_jobs(before, most); });
    return last.result();
}

TEST(ThreadPool, LetsASpareThreadHelpBeforeTheStackOfOneOverflows) {
    thread_pool pool(1);
    std::atomic<int> most = 0;
    const auto wait = [&] { return wait_for_chain(pool, 1500, most); };
    EXPECT_EQ(pool.submit(wait).result(), 1500);
    EXPECT_LE(most, 500);
}

TEST(ThreadPool, LetsJobsWaitInEachOtherAsDeepAsNeedBeIfThereIsNoSpareThread) {
    thread_pool pool(thread_pool_options().threads(1).spare_threads(0));
    std::atomic<int> most = 0;
    const auto wait = [&] { return wait_for_chain(pool, 1000, most); };
    EXPECT_EQ(pool.submit(wait).result(), 1000);
    EXPECT_EQ(most, 1000);
}

}  // namespace
}  // namespace eddy
