#include <eddy/futures.hpp>

#include <eddy/completer.hpp>
#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/thread_pool.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Three futures and those who finish them.
class Futures : public testing::Test {
public:
    Futures() {
        for (auto& each : producers) futures.push_back(each.get_future());
    }

    void fail(std::size_t which) {
        producers[which].set_exception(std::make_exception_ptr(std::runtime_error("broken")));
    }

    std::vector<std::ptrdiff_t> numbers_of(const std::vector<future<int>*>& some) const {
        std::vector<std::ptrdiff_t> numbers;
        for (const auto* each : some) numbers.push_back(each - futures.data());
        return numbers;
    }

    std::array<completer<int>, 3> producers;
    std::vector<future<int>> futures;
};

TEST_F(Futures, ComeAsTheyEnd) {
    producers[2].set_result(2);
    std::vector<int> order;
    for (auto& ended : as_completed(futures)) {
        order.push_back(ended.result());
        if (order.size() == 1) producers[0].set_result(0);
        if (order.size() == 2) producers[1].set_result(1);
    }
    EXPECT_THAT(order, ElementsAre(2, 0, 1));
}

TEST_F(Futures, ComeAsTheyEndThoughTheyAreTemporary) {
    for (std::size_t i = 0; i < 3; ++i) producers[i].set_result(static_cast<int>(i));
    int sum = 0;
    for (auto& ended : as_completed(std::move(futures))) sum += ended.result();
    EXPECT_EQ(sum, 3);
}

TEST_F(Futures, MayBeTakenAwayOnceTheyWereGiven) {
    producers[1].set_result(1);
    auto completions = as_completed(futures);
    {
        const future<int> taken = std::move(*completions.next_blocking());
    }
    producers[0].set_result(0);
    EXPECT_EQ(completions.next_blocking()->result(), 0);
}

TEST_F(Futures, ThatDoNotEndInTimeThrowTimeoutError) {
    producers[1].set_result(1);
    auto completions = as_completed(futures, 1ms);
    EXPECT_EQ(completions.next_blocking()->result(), 1);
    EXPECT_THROW(completions.next_blocking(), timeout_error);
}

TEST_F(Futures, MayGoWhileSomeAreStillAwaited) {
    {
        auto completions = as_completed(futures);
    }
    producers[0].set_result(0);
    EXPECT_EQ(futures[0].result(), 0);
}

TEST_F(Futures, ComeToATaskAsTheyEnd) {
    const auto main = [](Futures& test) -> task<std::vector<int>> {
        std::thread thread([&test] {
            for (const std::size_t i : {1U, 0U, 2U})
                test.producers[i].set_result(static_cast<int>(i));
        });
        std::vector<int> order;
        auto completions = as_completed(test.futures);
        while (auto* const ended = co_await completions.next()) order.push_back(ended->result());
        thread.join();
        co_return order;
    };
    EXPECT_THAT(run(main, std::ref(*this)), UnorderedElementsAre(0, 1, 2));
}

TEST_F(Futures, LetGoOfATaskThatIsCancelledWhileItWaits) {
    const auto main = [](Futures& test) -> task<void> {
        const auto wait_for_one = [](Futures& of) -> task<void> {
            auto completions = as_completed(of.futures);
            co_await completions.next();
        };
        auto waiting = create_task(wait_for_one(test));
        co_await sleep(0s);
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
    };
    run(main, std::ref(*this));
    EXPECT_FALSE(futures[0].cancelled()) << "they belong to somebody else";
}

TEST(FuturesOfAPool, AllComeOnceThoughManyThreadsFinishThem) {
    thread_pool pool(4);
    for (int round = 0; round < 20; ++round) {
        std::vector<future<int>> futures;
        for (int i = 0; i < 200; ++i) futures.push_back(pool.submit([](int x) { return x; }, i));
        std::set<int> seen;
        for (auto& ended : as_completed(futures)) seen.insert(ended.result());
        EXPECT_EQ(seen.size(), 200U);
    }
}

TEST(FuturesOfAPool, RaceWithTheTaskThatWaitsAndIsCancelled) {
    thread_pool pool(2);
    for (int round = 0; round < 300; ++round) {
        const auto main = [](thread_pool& on) -> task<void> {
            std::vector<future<int>> futures;
            for (int i = 0; i < 3; ++i) futures.push_back(on.submit([](int x) { return x; }, i));
            const auto wait_for_all = [](std::vector<future<int>>& all) -> task<void> {
                auto completions = as_completed(all);
                while (co_await completions.next()) continue;
            };
            auto waiting = create_task(wait_for_all(futures));
            co_await sleep(0s);
            waiting.cancel();
            try {
                co_await waiting;
            } catch (const task_cancelled&) {
            }
        };
        run(main, std::ref(pool));
    }
}

TEST(FuturesOfAPool, CanBeAwaitedByOneOfItsOwnJobs) {
    thread_pool pool(1);
    auto sum_of_others = [&pool] {
        std::vector<future<int>> futures;
        for (int i = 0; i < 10; ++i) futures.push_back(pool.submit([](int x) { return x; }, i));
        int sum = 0;
        for (auto& ended : as_completed(futures)) sum += ended.result();
        return sum;
    };
    EXPECT_EQ(pool.submit(sum_of_others).result(), 45);
}

// wait -----------------------------------------------------------------------------------------

TEST_F(Futures, AreWaitedForUntilAllHaveEnded) {
    std::thread thread([this] {
        producers[1].set_result(1);
        fail(0);
        producers[2].set_result(2);
    });
    const auto seen = wait(futures);
    thread.join();
    EXPECT_THAT(numbers_of(seen.done), UnorderedElementsAre(0, 1, 2));
    EXPECT_TRUE(seen.not_done.empty());
    EXPECT_NE(futures[0].exception(), nullptr);
}

TEST_F(Futures, AreWaitedForNoLongerThanTheTimeout) {
    producers[1].set_result(1);
    const auto seen = wait(futures, return_when::all_completed, 1ms);
    EXPECT_THAT(numbers_of(seen.done), ElementsAre(1));
    EXPECT_THAT(numbers_of(seen.not_done), ElementsAre(0, 2));
}

TEST(FuturesWait, ReturnsAtOnceIfThereAreNone) {
    std::vector<future<int>> none;
    EXPECT_TRUE(wait(none).done.empty());
}

}  // namespace
}  // namespace eddy
