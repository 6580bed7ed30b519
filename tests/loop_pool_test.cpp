#include <eddy/loop_pool.hpp>

#include "support/fragile.hpp"

#include <eddy/as_result.hpp>
#include <eddy/futures.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

namespace {

using namespace eddy;
using namespace std::chrono_literals;

task<std::thread::id> own_thread() {
    co_await yield();
    co_return std::this_thread::get_id();
}

task<int> fail() {
    co_await yield();
    throw std::runtime_error("broken");
}

task<int> sleep_for_ever(std::atomic<int>& ended) {
    struct on_end {
        std::atomic<int>& count;
        ~on_end() { ++count; }
    };
    const on_end counts{ended};
    co_await sleep(1h);
    co_return 1;
}

TEST(LoopPool, RunsEachTaskOnTheLoopItWasGiven) {
    const loop_pool pool(3);
    std::set<std::thread::id> threads;
    for (std::size_t i = 0; i < pool.size(); ++i) {
        const std::thread::id first = pool.run_on(i, own_thread).result();
        EXPECT_EQ(pool.run_on(i, own_thread).result(), first);
        threads.insert(first);
    }
    EXPECT_EQ(threads.size(), 3u);
    EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(LoopPool, GivesTheExceptionOfATaskToWhoeverWaits) {
    const loop_pool pool(1);
    EXPECT_THROW(pool.run_on(0, fail).result(), std::runtime_error);
}

task<int> give_seven() {
    co_return 7;
}

task<> block_own_loop(const loop_pool& pool) {
    future<int> result = pool.run_on(0, give_seven);
    EXPECT_THROW(result.result(), would_deadlock);
    std::vector<future<int>> all;
    all.push_back(std::move(result));
    EXPECT_THROW(wait(all), would_deadlock);
    EXPECT_EQ(co_await all.front(), 7);
}

TEST(LoopPool, RefusesToBlockTheThreadThatATaskNeeds) {
    const loop_pool pool(1);
    pool.run_on(0, block_own_loop, std::ref(pool)).result();
}

task<int> square_on(const loop_pool& pool, std::size_t loop, int number) {
    auto square = [](int n) -> task<int> { co_return n* n; };
    co_return co_await pool.run_on(loop, square, number);
}

task<int> sum_of_squares(const loop_pool& pool) {
    std::vector<task<int>> squares;
    for (int i = 0; i < 1000; ++i)
        squares.push_back(square_on(pool, static_cast<std::size_t>(i) % pool.size(), i));
    int sum = 0;
    for (const int each : co_await gather(std::move(squares))) sum += each;
    co_return sum;
}

TEST(LoopPool, ResultsCanBeAwaitedOnAnotherLoop) {
    const loop_pool pool(2);
    EXPECT_EQ(run(sum_of_squares(pool)), 332'833'500);
}

task<eddy::testing::fragile> make_fragile(int moves) {
    co_return eddy::testing::fragile(moves);
}

TEST(LoopPool, BearsResultsThatCannotBeMoved) {
    const loop_pool pool(1);
    bool arrives = false;
    for (int moves = 0; !arrives; ++moves) {
        try {
            pool.run_on(0, make_fragile, moves).result();
            arrives = true;
        } catch (const eddy::testing::deliberate&) {
        }
    }
}

TEST(LoopPool, CancellingTheFutureCancelsTheTask) {
    std::atomic<int> ended = 0;
    const loop_pool pool(1);
    auto sleeping = pool.run_on(0, sleep_for_ever(ended));
    while (!sleeping.running()) std::this_thread::yield();
    EXPECT_TRUE(sleeping.cancel());
    EXPECT_THROW(sleeping.result(), task_cancelled);
    EXPECT_EQ(ended, 1);
}

TEST(LoopPool, CancelsWhatIsLeftWhenItIsDestroyed) {
    std::atomic<int> ended = 0;
    {
        const loop_pool pool(2);
        for (std::size_t i = 0; i < 20; ++i) {
            auto forgotten = pool.run_on(i % 2, sleep_for_ever(ended));
            if (i >= 18) {
                while (!forgotten.running()) std::this_thread::yield();
            }
        }
    }
    EXPECT_EQ(ended, 20);
}

task<void> pass_on_when_cancelled(const loop_pool& pool, std::size_t at, int times,
                                  std::atomic<int>& passed);

void pass_on(const loop_pool& pool, std::size_t from, int times, std::atomic<int>& passed) {
    ++passed;
    if (times == 0) return;
    const std::size_t to = (from + 1) % pool.size();
    const future<void> forgotten =
        pool.run_on(to, pass_on_when_cancelled(pool, to, times - 1, passed));
}

task<void> pass_on_when_cancelled(const loop_pool& pool, std::size_t at, int times,
                                  std::atomic<int>& passed) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        pass_on(pool, at, times, passed);
        throw;
    }
}

TEST(LoopPool, LetsTasksStartOthersAnywhereUntilTheLastHasEnded) {
    std::atomic<int> passed = 0;
    {
        const loop_pool pool(3);
        auto first = pool.run_on(2, pass_on_when_cancelled(pool, 2, 20, passed));
        while (!first.running()) std::this_thread::yield();
    }
    EXPECT_EQ(passed, 21);
}

task<int> sleep_on_the_other_loop(const loop_pool& pool, std::atomic<int>& ended) {
    co_return co_await pool.run_on(1, sleep_for_ever(ended));
}

task<void> wait_shielded(const loop_pool& pool, std::atomic<int>& ended) {
    const result<int> slept = co_await as_result(shield(sleep_on_the_other_loop(pool, ended)));
    EXPECT_FALSE(slept.has_value());
}

TEST(LoopPool, CancelsAtOnceWhatItsOtherTasksWaitFor) {
    std::atomic<int> ended = 0;
    {
        const loop_pool pool(2);
        auto waiting = pool.run_on(0, wait_shielded(pool, ended));
        while (!waiting.running()) std::this_thread::yield();
    }
    EXPECT_EQ(ended, 1);
}

task<void> stop_own_loop() {
    event_loop::current()->stop();
    co_return;
}

TEST(LoopPool, GoesOnWhenATaskStopsItsLoop) {
    const loop_pool pool(1);
    pool.run_on(0, stop_own_loop).result();
    const std::thread::id first = pool.run_on(0, own_thread).result();
    EXPECT_EQ(pool.run_on(0, own_thread).result(), first);
}

TEST(LoopPool, SurvivesCancellationsThatComeAsTheTaskEnds) {
    const loop_pool pool(1);
    for (int i = 0; i < 2000; ++i) {
        auto short_lived = pool.run_on(0, own_thread);
        short_lived.cancel();
        short_lived.exception();
    }
}

}  // namespace
