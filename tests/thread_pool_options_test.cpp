#include <eddy/thread_pool_options.hpp>

#include "support/latch.hpp"

#include <eddy/completer.hpp>
#include <eddy/thread_pool.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <memory>
#include <stdexcept>
#include <vector>

namespace eddy {
namespace {

int square(int x) {
    return x * x;
}

TEST(ThreadPoolOptions, HaveAThreadForEachProcessorThatTheProcessMayUse) {
    EXPECT_EQ(thread_pool_options().threads(), usable_cpu_count());
    EXPECT_EQ(thread_pool(thread_pool_options()).concurrency(), usable_cpu_count());
    EXPECT_EQ(thread_pool(thread_pool_options().threads(3)).concurrency(), 3U);
    EXPECT_FALSE(thread_pool_options().initializer());
}

TEST(ThreadPoolOptions, InitializeEveryThreadBeforeItsFirstJob) {
    static thread_local int initialized = 0;
    thread_pool pool(thread_pool_options().threads(3).initializer([] { ++initialized; }));
    testing::latch all_run(3);
    const auto meet = [&all_run] {
        all_run.arrive_and_wait();
        return initialized;
    };
    std::vector<future<int>> jobs;
    for (int i = 0; i < 3; ++i) jobs.push_back(pool.submit(meet));
    for (auto& job : jobs) EXPECT_EQ(job.result(), 1);
}

TEST(ThreadPoolOptions, LetThePoolThrowWhatTheInitializerThrows) {
    std::atomic<int> calls = 0;
    const auto options = thread_pool_options().threads(3).initializer([&calls] {
        if (++calls == 2) throw std::runtime_error("no licence");
    });
    EXPECT_THROW(thread_pool{options}, std::runtime_error);
    EXPECT_EQ(calls, 3);
}

TEST(ThreadPoolOptions, LetThePoolGoOnWithoutASpareThreadThatCannotBeInitialized) {
    std::atomic<int> calls = 0;
    thread_pool pool(thread_pool_options().threads(1).initializer([&calls] {
        if (++calls > 1) throw std::runtime_error("no licence");
    }));
    thread_pool other(1);
    testing::latch go(1);
    auto waiting = pool.submit([&] { other.submit([&go] { go.wait(); }).result(); });
    auto after = pool.submit(square, 3);
    go.count_down();
    waiting.result();
    EXPECT_EQ(after.result(), 9);
}

int sum_to(thread_pool& pool, int n) {
    if (n == 0) return 0;
    return n + pool.submit([&pool, n] { return sum_to(pool, n - 1); }).result();
}

TEST(ThreadPoolOptions, LetJobsRunWhatTheyWaitForThoughThereAreNoSpareThreads) {
    thread_pool pool(thread_pool_options().threads(1).spare_threads(0));
    EXPECT_EQ(pool.submit([&pool] { return sum_to(pool, 100); }).result(), 5050);
}

TEST(ThreadPoolOptions, AreNotNeededAnyMoreOnceThePoolIsMade) {
    std::atomic<int> calls = 0;
    auto options = std::make_unique<thread_pool_options>();
    options->threads(1).initializer([&calls] { ++calls; });
    thread_pool pool(*options);
    options.reset();
    EXPECT_EQ(pool.submit(square, 3).result(), 9);
    EXPECT_EQ(calls, 1);
}

TEST(ThreadPoolOptions, MayAskForMoreSpareThreadsThanThereCanBe) {
    thread_pool pool(
        thread_pool_options().threads(1).spare_threads(std::numeric_limits<unsigned>::max()));
    completer<int> other;
    future<int> awaited = other.get_future();
    future<int> waiting = pool.submit([&awaited] { return awaited.result(); });
    // While that blocks, a spare thread runs this.
    EXPECT_EQ(pool.submit([] { return 3; }).result(), 3);
    other.set_result(7);
    EXPECT_EQ(waiting.result(), 7);
}

}  // namespace
}  // namespace eddy
