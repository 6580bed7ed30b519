#include <eddy/process_pool.hpp>

#include "support/own_processes.hpp"

#include <eddy/futures.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <cereal/types/map.hpp>
namespace eddy {

struct homemade_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace {

using namespace std::chrono_literals;

static_assert(executor<process_pool>);
static_assert(executor<process_pool_view>);

// Before `main` has begun, and so before `process_init`.
const bool was_refused_before_main = [] {
    try {
        const process_pool pool(1);
    } catch (const process_init_missing&) {
        return true;
    }
    return false;
}();

int square(int x) {
    return x * x;
}

std::string echo(std::string text) {
    return text;
}

class ProcessPool : public testing::leaves_nothing_behind {};

TEST_F(ProcessPool, IsRefusedToAProgramThatHasNotCalledProcessInit) {
    EXPECT_TRUE(was_refused_before_main);
}

TEST_F(ProcessPool, CallsAFunctionWithItsArgumentsInAnotherProcess) {
    process_pool pool(2);
    EXPECT_EQ(pool.submit(fn<square>, 7).result(), 49);
    EXPECT_NE(pool.submit(fn<testing::own_process>).result(), testing::own_process());
    EXPECT_EQ(pool.submit([](int a, int b) { return a - b; }, 7, 3).result(), 4);
}

TEST_F(ProcessPool, StartsNoMoreWorkersThanThereIsWorkFor) {
    process_pool pool(4);
    const auto first = pool.submit(fn<testing::own_process>).result();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(pool.submit(fn<testing::own_process>).result(), first);
}

TEST_F(ProcessPool, CarriesContainersAndText) {
    process_pool pool(1);
    const auto count = [](const std::vector<std::string>& words) {
        std::map<std::string, int> counted;
        for (const std::string& each : words) ++counted[each];
        return counted;
    };
    const auto counted = pool.submit(count, std::vector<std::string>{"a", "b", "a"}).result();
    EXPECT_EQ(counted, (std::map<std::string, int>{{"a", 2}, {"b", 1}}));
    EXPECT_EQ(pool.submit(fn<echo>, "a literal").result(), "a literal");
}

TEST_F(ProcessPool, TellsWhenAFunctionWithoutAResultIsDone) {
    process_pool pool(1);
    future<void> done = pool.submit([] {});
    done.result();
    EXPECT_TRUE(done.done());
}

TEST_F(ProcessPool, CarriesMuch) {
    process_pool pool(1);
    for (const std::size_t size : {65'535u, 65'536u, 65'537u, 200'000u, 5'000'000u}) {
        std::vector<int> numbers(size);
        std::iota(numbers.begin(), numbers.end(), 0);
        const auto reversed = [](std::vector<int> each) {
            std::reverse(each.begin(), each.end());
            return each;
        };
        auto back = pool.submit(reversed, numbers).result();
        std::reverse(back.begin(), back.end());
        ASSERT_EQ(back, numbers) << size;
    }
    std::string text(1'000'000, 'x');
    EXPECT_EQ(pool.submit(fn<echo>, text).result(), text);
}

TEST_F(ProcessPool, CarriesManyCallsThatTheSocketCannotTakeAtOnce) {
    process_pool pool(1);
    const std::string text(60'000, 'x');
    std::vector<future<std::string>> echoes;
    for (int i = 0; i < 200; ++i) echoes.push_back(pool.submit(fn<echo>, text));
    for (auto& each : echoes) ASSERT_EQ(each.result(), text);
}

TEST_F(ProcessPool, RunsManyShortCalls) {
    process_pool pool(3);
    std::vector<future<int>> squares;
    for (int i = 0; i < 5000; ++i) squares.push_back(pool.submit(fn<square>, i % 100));
    for (int i = 0; i < 5000; ++i)
        ASSERT_EQ(squares[static_cast<std::size_t>(i)].result(), square(i % 100));
}

TEST_F(ProcessPool, TakesCallsFromManyThreads) {
    process_pool pool(2);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&pool, thread] {
            for (int i = 0; i < 100; ++i)
                EXPECT_EQ(pool.submit(fn<square>, thread + i).result(), square(thread + i));
        });
    }
    for (std::thread& each : threads) each.join();
}

TEST_F(ProcessPool, LetsExceptionsTravelAndGoesOn) {
    process_pool pool(1);
    const auto worker = pool.submit(fn<testing::own_process>).result();
    auto standard = pool.submit([] { throw std::out_of_range("too far"); });
    auto own = pool.submit([] { throw homemade_failure("broken"); });
    auto strange = pool.submit([] { throw 7; });
    auto system = pool.submit([]() -> int {
        throw std::system_error(std::make_error_code(std::errc::no_space_on_device), "write");
    });
    EXPECT_THROW(standard.result(), std::out_of_range);
    try {
        own.result();
    } catch (const remote_error& error) {
        EXPECT_EQ(error.type_name(), "eddy::homemade_failure");
        EXPECT_EQ(error.message(), "broken");
    }
    EXPECT_THROW(strange.result(), remote_error);
    try {
        system.result();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    }
    EXPECT_EQ(pool.submit(fn<testing::own_process>).result(), worker);
}

TEST_F(ProcessPool, ThrowsWhereAResultCannotBeReadBack) {
    struct grumpy {
        int value = 0;
        void save(output_archive& to) const { to(value); }
        void load(input_archive&) { throw std::domain_error("I do not want to"); }
    };
    process_pool pool(1);
    EXPECT_THROW(pool.submit([] { return grumpy(); }).result(), std::domain_error);
    EXPECT_THROW(pool.submit([](grumpy) {}, grumpy()).result(), std::domain_error);
    EXPECT_EQ(pool.submit(fn<square>, 3).result(), 9);
}

TEST_F(ProcessPool, MapsARangeInItsOrder) {
    process_pool pool(2);
    for (const std::size_t chunksize : {1u, 7u, 1000u}) {
        std::vector<int> results;
        const auto options = map_options().chunksize(chunksize);
        for (const int each : pool.map(fn<square>, std::views::iota(0, 100), options))
            results.push_back(each);
        ASSERT_EQ(results.size(), 100U);
        for (int i = 0; i < 100; ++i) ASSERT_EQ(results[static_cast<std::size_t>(i)], i * i);
    }
}

TEST_F(ProcessPool, IsWaitedForLikeAnyExecutor) {
    process_pool pool(2);
    std::vector<future<int>> squares;
    for (int i = 0; i < 10; ++i) squares.push_back(pool.submit(fn<square>, i));
    int sum = 0;
    for (auto& each : as_completed(squares)) sum += each.result();
    EXPECT_EQ(sum, 285);

    squares.clear();
    for (int i = 0; i < 10; ++i) squares.push_back(pool.submit(fn<square>, i));
    EXPECT_EQ(wait(squares).done.size(), 10U);
}

TEST_F(ProcessPool, MapsThroughAViewWithOptions) {
    process_pool pool(2);
    auto repeating = pool.with(process_call_options().idempotent());
    EXPECT_EQ(repeating.concurrency(), 2U);
    int sum = 0;
    for (const int each : repeating.map(fn<square>, std::vector{1, 2, 3})) sum += each;
    EXPECT_EQ(sum, 14);
}

int initialized_with = 0;

TEST_F(ProcessPool, InitializesEachWorkerBeforeItsFirstCall) {
    process_pool pool(process_pool_options().workers(2).initializer(
        [](int value) { initialized_with = value; }, 42));
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(pool.submit([] { return initialized_with; }).result(), 42);
    EXPECT_EQ(initialized_with, 0) << "the pool's own process is not initialized";
}

TEST_F(ProcessPool, IsBrokenIfItsInitializerThrowsEachTime) {
    process_pool pool(process_pool_options().workers(2).initializer(
        [] { throw std::invalid_argument("no model there"); }));
    future<int> lost = pool.submit(fn<square>, 2);
    try {
        lost.result();
        FAIL() << "a call was run";
    } catch (const broken_process_pool& error) {
        EXPECT_NE(std::string(error.what()).find("no model there"), std::string::npos)
            << error.what();
    }
}

TEST_F(ProcessPool, IsBrokenIfItsWorkersDoNotLiveLongEnough) {
    process_pool pool(process_pool_options().workers(1).initializer([] { std::_Exit(3); }));
    try {
        pool.submit(fn<square>, 2).result();
        FAIL() << "a call was run";
    } catch (const broken_process_pool& error) {
        EXPECT_NE(std::string(error.what()).find("exit code 3"), std::string::npos) << error.what();
    }
    // By `submit` or by its future: as soon as the submitting thread can know.
    EXPECT_THROW(pool.submit(fn<square>, 2).result(), broken_process_pool);
}

TEST_F(ProcessPool, DrainsWhatWasSubmittedWhenItIsShutDown) {
    process_pool pool(2);
    std::vector<future<int>> squares;
    for (int i = 0; i < 100; ++i) squares.push_back(pool.submit(fn<square>, i));
    pool.shutdown();
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(squares[static_cast<std::size_t>(i)].done());
        ASSERT_EQ(squares[static_cast<std::size_t>(i)].result(), i * i);
    }
    EXPECT_THROW(pool.submit(fn<square>, 1), pool_closed);
    pool.shutdown();
}

TEST_F(ProcessPool, HasNoWorkersAfterItWasShutDown) {
    process_pool pool(2);
    pool.submit(fn<square>, 1).result();
    EXPECT_TRUE(testing::has_children());
    pool.shutdown();
    EXPECT_FALSE(testing::has_children());
}

TEST_F(ProcessPool, MayBeDestroyedByACallbackOnItsThread) {
    const std::size_t handles_before = testing::open_handles();
    auto pool = std::make_unique<process_pool>(1);
    std::promise<void> destroyed;
    pool->submit(fn<square>, 3).on_done([&] {
        pool.reset();
        destroyed.set_value();
    });
    destroyed.get_future().get();
    EXPECT_FALSE(testing::has_children());
    while (testing::open_handles() > handles_before) std::this_thread::yield();
}

TEST_F(ProcessPool, CanBeMadeAndDestroyedAHundredTimes) {
    for (int i = 0; i < 100; ++i) {
        process_pool pool(2);
        if (i % 3 != 0) {
            ASSERT_EQ(pool.submit(fn<square>, i).result(), i * i);
        }
        if (i % 3 == 2) pool.shutdown();
    }
}

}  // namespace
}  // namespace eddy
