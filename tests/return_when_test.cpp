#include <eddy/return_when.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/completer.hpp>
#include <eddy/futures.hpp>
#include <eddy/sleep.hpp>
#include <eddy/wait.hpp>

#include <gmock/gmock.h>

#include <array>
#include <thread>
#include <vector>

// The same three words for tasks, which are awaited, and for futures, which block a thread.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Tasks ----------------------------------------------------------------------------------------

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("one of them failed");
}

using handles = std::vector<task_handle<int>>;

handles start_three() {
    handles all;
    all.push_back(create_task(give_after(3s, 1)));
    all.push_back(create_task(give_after(1s, 2)));
    all.push_back(create_task(give_after(2s, 3)));
    return all;
}

task<> wait_for_first() {
    const time_point start = event_loop::current()->kernel().now();
    waited_tasks<int> seen = co_await wait(start_three(), return_when::first_completed);
    EXPECT_EQ(elapsed_since(start), 1s);
    EXPECT_EQ(seen.done.size(), 1U);
    EXPECT_EQ(seen.done.at(0).get(), 2);
    EXPECT_EQ(seen.pending.size(), 2U);
    EXPECT_EQ(co_await seen.pending.at(0), 1) << "the pending ones go on";
}

TEST(ReturnWhen, FirstCompletedLetsTheOtherTasksGoOn) {
    simulate(wait_for_first());
}

handles start_with_failure() {
    handles all = start_three();
    all.push_back(create_task(fail_after(1500ms)));
    return all;
}

task<> wait_for_failure() {
    const time_point start = event_loop::current()->kernel().now();
    waited_tasks<int> seen = co_await wait(start_with_failure(), return_when::first_exception);
    EXPECT_EQ(elapsed_since(start), 1500ms);
    EXPECT_EQ(seen.done.size(), 2U);
    EXPECT_EQ(seen.pending.size(), 2U);
    EXPECT_THROW(seen.done.at(1).get(), deliberate);

    waited_tasks<int> without = co_await wait(start_three(), return_when::first_exception);
    EXPECT_EQ(without.done.size(), 3U) << "nobody failed, so it waits for all";
}

TEST(ReturnWhen, FirstExceptionIsTheFirstTaskToFailOrAllIfNoneDoes) {
    simulate(wait_for_failure());
}

task<> wait_beside_a_cancelled_task() {
    handles all = start_three();
    all.at(1).cancel();
    const waited_tasks<int> seen = co_await wait(std::move(all), return_when::first_exception);
    EXPECT_EQ(seen.pending.size(), 0U);
}

TEST(ReturnWhen, FirstExceptionTakesACancelledTaskForNoFailure) {
    simulate(wait_beside_a_cancelled_task());
}

// Futures --------------------------------------------------------------------------------------

// Three futures and those who finish them.
class ReturnWhenOfFutures : public ::testing::Test {
protected:
    ReturnWhenOfFutures() {
        for (auto& each : producers) futures.push_back(each.get_future());
    }

    void fail(std::size_t which) {
        producers[which].set_exception(std::make_exception_ptr(deliberate("broken")));
    }

    std::vector<std::ptrdiff_t> numbers_of(const std::vector<future<int>*>& some) const {
        std::vector<std::ptrdiff_t> numbers;
        for (const auto* each : some) numbers.push_back(each - futures.data());
        return numbers;
    }

    std::array<completer<int>, 3> producers;
    std::vector<future<int>> futures;
};

TEST_F(ReturnWhenOfFutures, FirstCompletedLetsTheOthersGoOn) {
    producers[1].set_result(1);
    const auto seen = wait(futures, return_when::first_completed);
    EXPECT_THAT(numbers_of(seen.done), ElementsAre(1));
    EXPECT_THAT(numbers_of(seen.not_done), ElementsAre(0, 2));
}

TEST_F(ReturnWhenOfFutures, FirstExceptionIsTheFirstToFailAndNoneThatWasCancelled) {
    producers[1].set_result(1);
    futures[0].cancel();
    fail(2);
    const auto seen = wait(futures, return_when::first_exception);
    EXPECT_THAT(numbers_of(seen.done), UnorderedElementsAre(0, 1, 2));

    producers[1] = completer<int>();
    futures[1] = producers[1].get_future();
    const auto without_1 = wait(futures, return_when::first_exception);
    EXPECT_THAT(numbers_of(without_1.not_done), ElementsAre(1));
}

TEST_F(ReturnWhenOfFutures, FirstExceptionWaitsForAllIfNoneFails) {
    std::thread thread([this] {
        for (const std::size_t i : {2U, 0U, 1U}) producers[i].set_result(static_cast<int>(i));
    });
    const auto seen = wait(futures, return_when::first_exception);
    thread.join();
    EXPECT_THAT(numbers_of(seen.done), UnorderedElementsAre(0, 1, 2));
    EXPECT_TRUE(seen.not_done.empty());
}

TEST_F(ReturnWhenOfFutures, AllCompletedWaitsForTheOthersThoughOneHasFailed) {
    fail(1);
    std::thread thread([this] {
        producers[0].set_result(0);
        producers[2].set_result(2);
    });
    const auto seen = wait(futures, return_when::all_completed);
    thread.join();
    EXPECT_EQ(seen.done.size(), 3U);
    EXPECT_THROW(futures[1].result(), deliberate);
}

}  // namespace
}  // namespace eddy::testing
