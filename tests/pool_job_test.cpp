#include <eddy/pool_job.hpp>

#include "support/latch.hpp"

#include <eddy/future.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <thread>

namespace eddy {
namespace {

// A job that stands in the queue of no pool, and its future.
template <class Function, class... Arguments>
struct placed_call {
    explicit placed_call(Function f, Arguments... arguments)
        : job(*new call(nullptr, std::move(f), std::move(arguments)...)), result(job) {}

    using call = submitted_call<Function, Arguments...>;
    call& job;  // until it is run or discarded
    future<call_result<Function, Arguments...>> result;
};

TEST(PoolJob, CallsItsFunctionWithWhatItHoldsAndLetsThatGo) {
    const auto held = std::make_shared<int>(7);
    placed_call placed([](std::unique_ptr<int> x, std::shared_ptr<int> y) { return *x + *y; },
                       std::make_unique<int>(3), held);
    EXPECT_EQ(held.use_count(), 2);
    placed.job.run();
    EXPECT_EQ(held.use_count(), 1) << "the future still holds the argument";
    EXPECT_EQ(placed.result.result(), 10);
}

TEST(PoolJob, KeepsTheExceptionForTheFuture) {
    placed_call placed([]() -> int { throw std::runtime_error("broken"); });
    placed.job.run();
    EXPECT_THROW(placed.result.result(), std::runtime_error);
}

TEST(PoolJob, IsCancelledAndCalledBackIfItIsDiscarded) {
    const auto held = std::make_shared<int>(7);
    placed_call placed([](std::shared_ptr<int> x) { return *x; }, held);
    bool called_back = false;
    placed.result.on_done([&called_back] { called_back = true; });
    placed.job.discard();
    EXPECT_TRUE(called_back);
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_THROW(placed.result.result(), task_cancelled);
}

TEST(PoolJob, OnlyLetsGoOfWhatItHoldsIfItWasCancelledInItsQueue) {
    const auto held = std::make_shared<int>(7);
    bool ran = false;
    placed_call placed([&ran](std::shared_ptr<int>) { ran = true; }, held);
    EXPECT_TRUE(placed.result.cancel());
    placed.job.run();
    EXPECT_FALSE(ran);
    EXPECT_EQ(held.use_count(), 1);
}

TEST(PoolJob, IsFoundDoneInItsQueueIfItWasRunAhead) {
    int runs = 0;
    placed_call placed([&runs] { return ++runs; });
    placed.job.run_ahead();
    EXPECT_TRUE(placed.result.done());
    placed.job.run_ahead();
    placed.job.run();
    EXPECT_EQ(placed.result.result(), 1);
    EXPECT_EQ(runs, 1);
}

TEST(PoolJob, RunsThoughItsFutureIsGone) {
    bool ran = false;
    auto* const job = new submitted_call<std::function<void()>>(nullptr, [&ran] { ran = true; });
    {
        const future<void> dropped(*job);
    }
    job->run();
    EXPECT_TRUE(ran);
}

TEST(PoolJob, RunsOnceIfItIsTakenFromItsQueueAndRunAheadAtOnce) {
    for (int round = 0; round < 300; ++round) {
        std::atomic<int> runs = 0;
        placed_call placed([&runs] { ++runs; });
        testing::latch both(2);
        std::thread taker([&placed, &both] {
            both.arrive_and_wait();
            placed.job.run();
        });
        both.arrive_and_wait();
        placed.job.run_ahead();
        placed.result.result();
        taker.join();
        ASSERT_EQ(runs, 1);
    }
}

}  // namespace
}  // namespace eddy
