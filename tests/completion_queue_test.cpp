#include <eddy/completion_queue.hpp>

#include "support/latch.hpp"

#include <eddy/completer.hpp>
#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Optional;

// Three futures and those who finish them.
class CompletionQueue : public ::testing::Test {
protected:
    CompletionQueue() {
        for (auto& each : producers) futures.push_back(each.get_future());
    }

    std::vector<future_core*> cores() const {
        std::vector<future_core*> all;
        for (const auto& each : futures) all.push_back(&each.core());
        return all;
    }

    std::array<completer<int>, 3> producers;
    std::vector<future<int>> futures;
};

TEST_F(CompletionQueue, GivesTheNumbersInTheOrderInWhichTheFuturesEndHoweverTheyDo) {
    producers[2].set_result(2);
    completion_queue queue(cores());
    futures[0].cancel();
    producers[1].set_exception(std::make_exception_ptr(std::runtime_error("broken")));
    for (const std::size_t number : {2U, 0U, 1U}) EXPECT_THAT(queue.take(), Optional(number));
    EXPECT_NE(futures[1].exception(), nullptr);
}

TEST_F(CompletionQueue, KnowsHowManyAreLeftAndGivesNoneAfterThem) {
    completion_queue queue(cores());
    EXPECT_EQ(queue.try_take(), std::nullopt);
    for (std::size_t left = 3; left > 0; --left) {
        EXPECT_EQ(queue.left(), left);
        producers[left - 1].set_result(0);
        EXPECT_EQ(queue.left(), left) << "it has ended but was not given";
        EXPECT_THAT(queue.try_take(), Optional(left - 1));
    }
    EXPECT_EQ(queue.left(), 0U);
    EXPECT_EQ(queue.try_take(), std::nullopt);
    EXPECT_EQ(queue.take(), std::nullopt);
}

TEST_F(CompletionQueue, GivesNoneWhenTheTimeHasComeAndGoesOn) {
    completion_queue queue(cores());
    EXPECT_EQ(queue.take(std::chrono::steady_clock::now()), std::nullopt);
    EXPECT_EQ(queue.left(), 3U);
    producers[1].set_result(1);
    EXPECT_THAT(queue.take(std::chrono::steady_clock::now()), Optional(1U));
}

TEST_F(CompletionQueue, WakesAThreadThatBlocks) {
    completion_queue queue(cores());
    std::thread thread([this] {
        for (const std::size_t i : {1U, 2U, 0U}) producers[i].set_result(0);
    });
    std::vector<std::size_t> order;
    while (const auto number = queue.take()) order.push_back(*number);
    thread.join();
    EXPECT_THAT(order, ElementsAre(1U, 2U, 0U));
}

TEST_F(CompletionQueue, MayGoWhileItsFuturesEndOnOtherThreads) {
    for (int round = 0; round < 300; ++round) {
        completer<int> first;
        completer<int> second;
        const future<int> one = first.get_future();
        const future<int> other = second.get_future();
        testing::latch both(2);
        std::optional<completion_queue> queue;
        queue.emplace(std::array{&one.core(), &other.core()});
        std::thread thread([&] {
            both.arrive_and_wait();
            first.set_result(1);
            second.set_result(2);
        });
        both.arrive_and_wait();
        queue.reset();
        thread.join();
        ASSERT_TRUE(one.done() && other.done());
    }
}

task<std::vector<std::size_t>> take_all(completion_queue& queue) {
    std::vector<std::size_t> order;
    for (;;) {
        const std::optional<std::size_t> number = co_await completion_queue::awaiter(queue);
        if (!number) co_return order;
        order.push_back(*number);
    }
}

TEST_F(CompletionQueue, ParksATaskUntilTheNextHasEnded) {
    completion_queue queue(cores());
    producers[1].set_result(1);
    std::thread thread([this] {
        producers[2].set_result(2);
        producers[0].set_result(0);
    });
    EXPECT_THAT(run(take_all(queue)), ElementsAre(1U, 2U, 0U));
    thread.join();
}

task<> take_one(completion_queue& queue) {
    co_await completion_queue::awaiter(queue);
}

task<> cancel_one_who_takes(completion_queue& queue, completer<int>& producer) {
    task_handle<void> waiting = create_task(take_one(queue));
    co_await sleep(0s);
    waiting.cancel();
    producer.set_result(0);
    EXPECT_THROW(co_await waiting, task_cancelled);
    EXPECT_EQ(queue.left(), 3U);
    const std::optional<std::size_t> number = co_await completion_queue::awaiter(queue);
    EXPECT_THAT(number, Optional(1U)) << "the cancelled task took nothing with it";
}

TEST_F(CompletionQueue, LosesNothingToATaskThatIsCancelledWhileItWaits) {
    completion_queue queue(cores());
    run(cancel_one_who_takes(queue, producers[1]));
}

}  // namespace
}  // namespace eddy
