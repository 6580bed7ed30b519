#include <eddy/map_results.hpp>

#include "support/latch.hpp"

#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/thread_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy {
namespace {

using std::chrono_literals::operator""s;

// What goes to another process must be empty; so must be what `map` makes of it.
constexpr auto square = [](int x) { return x * x; };
static_assert(std::is_empty_v<mapped_chunk<decltype(square), int>>);
static_assert(std::is_default_constructible_v<mapped_chunk<decltype(square), int>>);

TEST(Map, GivesTheResultsInTheOrderOfTheRange) {
    thread_pool pool(3);
    for (const std::size_t chunksize : {1U, 3U, 1000U}) {
        std::vector<int> results;
        const auto options = map_options().chunksize(chunksize);
        for (const int each : pool.map(square, std::views::iota(0, 100), options))
            results.push_back(each);
        ASSERT_EQ(results.size(), 100U);
        for (int i = 0; i < 100; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)], i * i);
    }
}

TEST(Map, TakesRangesOfAllKindsAndAnEmptyOne) {
    thread_pool pool(2);
    const std::list<std::string> words = {"a", "bc", "def"};
    std::vector<std::size_t> lengths;
    for (const auto each : pool.map([](const std::string& s) { return s.size(); }, words))
        lengths.push_back(each);
    EXPECT_THAT(lengths, ::testing::ElementsAre(1, 2, 3));

    for ([[maybe_unused]] const int each : pool.map(square, std::vector<int>())) FAIL();

    std::vector<bool> even;
    for (const bool each : pool.map([](int x) { return x % 2 == 0; }, std::vector<int>{1, 2}))
        even.push_back(each);
    EXPECT_THAT(even, ::testing::ElementsAre(false, true));
}

TEST(Map, CallsFunctionsWithoutAResultToo) {
    thread_pool pool(2);
    std::atomic<int> sum = 0;
    int count = 0;
    for ([[maybe_unused]] const auto done :
         pool.map([&sum](int x) { sum += x; }, std::views::iota(0, 10)))
        ++count;
    EXPECT_EQ(count, 10);
    EXPECT_EQ(sum, 45);
}

TEST(Map, CarriesResultsThatCanOnlyBeMoved) {
    thread_pool pool(2);
    int sum = 0;
    for (auto& each :
         pool.map([](int x) { return std::make_unique<int>(x); }, std::views::iota(0, 5)))
        sum += *std::unique_ptr<int>(std::move(each));
    EXPECT_EQ(sum, 10);
}

TEST(Map, ReadsNoMoreOfAnEndlessRangeThanItsBufferHolds) {
    thread_pool pool(2);
    int read = 0;
    auto endless = std::views::iota(0) | std::views::transform([&read](int x) {
                       ++read;
                       return x;
                   });
    auto results = pool.map(square, endless, map_options().chunksize(3).buffersize(4));
    EXPECT_EQ(read, 12);
    EXPECT_EQ(results.next_blocking(), 0);
    EXPECT_EQ(read, 15) << "one chunk was taken out, one more goes in";
    EXPECT_EQ(results.next_blocking(), 1);
    EXPECT_EQ(results.next_blocking(), 4);
    EXPECT_EQ(read, 15);
}

TEST(Map, ThrowsInThePlaceOfTheChunkThatFailsAndGoesOn) {
    thread_pool pool(2);
    const auto refuse_3 = [](int x) {
        if (x == 3) throw std::runtime_error("three");
        return x;
    };
    auto results = pool.map(refuse_3, std::views::iota(0, 6), map_options().chunksize(2));
    EXPECT_EQ(results.next_blocking(), 0);
    EXPECT_EQ(results.next_blocking(), 1);
    EXPECT_THROW(results.next_blocking(), std::runtime_error);
    EXPECT_EQ(results.next_blocking(), 4);
    EXPECT_EQ(results.next_blocking(), 5);
    EXPECT_EQ(results.next_blocking(), std::nullopt);
    EXPECT_EQ(results.next_blocking(), std::nullopt);
}

TEST(Map, GivesAllResultsInFrontOfThePlaceWhereItsRangeFails) {
    thread_pool pool(2);
    auto numbers = std::views::iota(0) | std::views::transform([](int x) {
                       return x < 10 ? x : throw std::runtime_error("no more");
                   });
    for (const std::size_t chunksize : {1U, 3U, 5U}) {
        const auto options = map_options().chunksize(chunksize).buffersize(2);
        auto results = pool.map(square, numbers, options);
        for (int i = 0; i < 10; ++i) ASSERT_EQ(results.next_blocking(), i * i);
        EXPECT_THROW(results.next_blocking(), std::runtime_error);
        EXPECT_EQ(results.next_blocking(), std::nullopt);
    }
    EXPECT_THROW(pool.map(square, numbers | std::views::drop(10)), std::runtime_error);
}

TEST(Map, FailsAtOnceOnAPoolThatTakesNothing) {
    thread_pool pool(1);
    pool.shutdown();
    EXPECT_THROW(pool.map(square, std::vector<int>{1}), pool_closed);
}

TEST(Map, CancelsWhatHasNotStartedWhenItIsDropped) {
    thread_pool pool(1);
    testing::latch runs(1);
    testing::latch go(1);
    std::atomic<int> calls = 0;
    {
        auto results = pool.map(
            [&](int) {
                ++calls;
                runs.count_down();
                go.wait();
            },
            std::views::iota(0, 1), map_options());
        runs.wait();
        auto never_started = pool.map([&calls](int) { ++calls; }, std::views::iota(0, 10));
    }
    go.count_down();
    pool.shutdown();
    EXPECT_EQ(calls, 1);
}

TEST(Map, CanBeUsedByAJobOfTheSamePool) {
    thread_pool pool(1);
    auto sum_of_squares = [&pool] {
        int sum = 0;
        for (const int each : pool.map(square, std::views::iota(0, 10))) sum += each;
        return sum;
    };
    EXPECT_EQ(pool.submit(sum_of_squares).result(), 285);
}

task<int> sum_of_squares(thread_pool& pool, std::size_t chunksize) {
    auto results = pool.map(square, std::views::iota(0, 100), map_options().chunksize(chunksize));
    int sum = 0;
    while (const auto each = co_await results.next()) sum += *each;
    co_return sum;
}

TEST(Map, GivesItsResultsToATask) {
    thread_pool pool(2);
    EXPECT_EQ(run(sum_of_squares(pool, 1)), 328350);
    EXPECT_EQ(run(sum_of_squares(pool, 7)), 328350);
}

TEST(Map, KeepsAChunkForTheOneWhoAsksAgain) {
    thread_pool pool(1);
    testing::latch go(1);
    auto blocking = pool.submit([&go] { go.wait(); });
    const auto main = [](thread_pool& on, testing::latch& may_go) -> task<void> {
        auto results = on.map([](int n) { return n * n; }, std::vector{1, 2, 3});
        for (int i = 0; i < 3; ++i) {
            auto waiting = create_task(results.next());
            co_await sleep(0s);
            waiting.cancel();
            EXPECT_THROW(co_await waiting, task_cancelled);
        }
        may_go.count_down();
        std::vector<int> all;
        while (const auto each = co_await results.next()) all.push_back(*each);
        EXPECT_EQ(all, (std::vector{1, 4, 9}));
    };
    run(main, std::ref(pool), std::ref(go));
    blocking.result();
}

TEST(Map, LetsGoOfATaskThatIsCancelledWhileItWaits) {
    thread_pool pool(1);
    testing::latch go(1);
    auto blocking = pool.submit([&go] { go.wait(); });
    const auto main = [](thread_pool& on) -> task<void> {
        auto waiting = create_task(sum_of_squares(on, 1));
        co_await sleep(0s);
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
    };
    run(main, std::ref(pool));
    go.count_down();
    blocking.result();
}

}  // namespace
}  // namespace eddy
