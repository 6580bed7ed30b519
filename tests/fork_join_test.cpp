#include <eddy/fork_join.hpp>

#include "support/fragile.hpp"
#include "support/latch.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <thread>

namespace eddy {
namespace {

int fibonacci(thread_pool& pool, int n) {
    if (n < 2) return n;
    const auto [left, right] = fork_join(
        pool, [&pool, n] { return fibonacci(pool, n - 1); },
        [&pool, n] { return fibonacci(pool, n - 2); });
    return left + right;
}

TEST(ForkJoin, GivesBothResultsOnAnyNumberOfThreads) {
    for (const unsigned threads : {1U, 2U, 4U}) {
        thread_pool pool(threads);
        for (int round = 0; round < 5; ++round) EXPECT_EQ(fibonacci(pool, 16), 987);
    }
}

TEST(ForkJoin, CarriesResultsThatCanOnlyBeMovedAndNoneAtAll) {
    thread_pool pool(1);
    bool called = false;
    const auto [left, right] =
        fork_join(pool, [] { return std::make_unique<int>(7); }, [&called] { called = true; });
    EXPECT_EQ(*left, 7);
    EXPECT_TRUE(called);
}

TEST(ForkJoin, RunsBothAtOnceIfAWorkerIsFree) {
    thread_pool pool(2);
    testing::latch both(2);
    const auto meet = [&both] { both.arrive_and_wait(); };
    fork_join(pool, meet, meet);
}

TEST(ForkJoin, ThrowsWhatEitherThrowsWhenBothHaveEnded) {
    thread_pool pool(2);
    const auto fail = [] { throw std::runtime_error("broken"); };
    const auto succeed = [] {};
    EXPECT_THROW(fork_join(pool, fail, succeed), std::runtime_error);
    EXPECT_THROW(fork_join(pool, succeed, fail), std::runtime_error);
    EXPECT_THROW(fork_join(pool, fail, fail), std::runtime_error);

    bool right_ended = false;
    testing::latch both(2);
    const auto fail_late = [&both] {
        both.arrive_and_wait();
        throw std::runtime_error("broken");
    };
    const auto end_late = [&both, &right_ended] {
        both.arrive_and_wait();
        right_ended = true;
    };
    EXPECT_THROW(fork_join(pool, fail_late, end_late), std::runtime_error);
    EXPECT_TRUE(right_ended);
}

TEST(ForkJoin, BearsResultsThatCannotBeMoved) {
    thread_pool pool(2);
    bool arrives = false;
    for (int moves = 0; !arrives; ++moves) {
        testing::latch both(2);
        const auto make = [&both, moves] {
            both.arrive_and_wait();
            return testing::fragile(moves);
        };
        try {
            fork_join(pool, make, make);
            arrives = true;
        } catch (const testing::deliberate&) {
        }
    }
}

TEST(ForkJoin, JoinsThoughTheLeftSideLeavesJobsBehind) {
    for (const unsigned threads : {1U, 2U}) {
        std::atomic<int> left_behind = 0;
        {
            thread_pool pool(threads);
            for (int round = 0; round < 200; ++round) {
                const auto leave_some = [&pool, &left_behind] {
                    for (int i = 0; i < 3; ++i) pool.submit([&left_behind] { ++left_behind; });
                    return 3;
                };
                const auto [left, right] = fork_join(pool, leave_some, [] { return 4; });
                ASSERT_EQ(left + right, 7);
            }
        }
        EXPECT_EQ(left_behind, 600);
    }
}

TEST(ForkJoin, IsNotTornApartWhenPendingJobsAreCancelled) {
    for (int round = 0; round < 200; ++round) {
        thread_pool pool(2);
        testing::latch started(1);
        auto running = pool.submit([&pool, &started] {
            started.count_down();
            return fibonacci(pool, 12);
        });
        started.wait();
        pool.shutdown(shutdown_mode::cancel_pending);
        ASSERT_EQ(running.result(), 144);
    }
}

TEST(ForkJoin, WaitsForAStolenSideWithoutLosingTheThread) {
    thread_pool pool(2);
    testing::latch stolen(1);
    testing::latch go(1);
    auto forking = pool.submit([&] {
        fork_join(
            pool, [&stolen] { stolen.wait(); },
            [&] {
                stolen.count_down();
                go.wait();
            });
    });
    stolen.wait();
    pool.submit([&go] { go.count_down(); }).result();
    forking.result();
}

}  // namespace
}  // namespace eddy
