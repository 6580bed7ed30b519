#include <eddy/gather.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/queue.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <list>
#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<std::string> text_after(duration time, std::string text) {
    co_await sleep(time);
    co_return text;
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

task<int> fail_after(duration time, std::string message) {
    co_await sleep(time);
    throw deliberate(message);
}

task<> gather_three() {
    const time_point start = event_loop::current()->kernel().now();
    const auto [number, text, nothing] =
        co_await gather(give_after(3s, 5), text_after(1s, "text"), sleep_for(2s));
    EXPECT_EQ(number, 5);
    EXPECT_EQ(text, "text");
    EXPECT_EQ(nothing, std::monostate());
    EXPECT_EQ(elapsed_since(start), 3s) << "beside each other, not one after the other";
}

TEST(Gather, RunsAllBesideEachOtherAndGivesTheResultsInTheOrderOfTheArguments) {
    simulate(gather_three());
}

task<std::vector<int>> gather_range(int count) {
    std::vector<task<int>> all;
    for (int i = 0; i < count; ++i) all.push_back(give_after((count - i) * 1ms, i));
    co_return co_await gather(std::move(all));
}

TEST(Gather, GivesAVectorForARange) {
    EXPECT_THAT(simulate(gather_range(4)), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(simulate(gather_range(0)), ElementsAre());
}

task<> gather_list_of_void() {
    std::list<task<>> all;
    all.push_back(sleep_for(1s));
    all.push_back(sleep_for(2s));
    co_await gather(std::move(all));
}

TEST(Gather, GivesNothingForARangeOfTasksThatGiveNothing) {
    simulate(gather_list_of_void());
}

task<int> gather_callables() {
    counted captured(3);
    auto callable = [captured]() -> task<int> {
        co_await yield();
        co_return captured.value;
    };
    const auto [one, two] = co_await gather(std::move(callable), give_after(1s, 4));
    co_return one + two;
}

TEST(Gather, TakesCallablesAndKeepsThem) {
    EXPECT_EQ(simulate(gather_callables()), 7);
    EXPECT_EQ(counted::alive(), 0U);
    EXPECT_EQ(counted::mistakes(), 0);
}

task<> note_start(std::vector<int>& order, int name) {
    order.push_back(name);
    co_return;
}

TEST(Gather, StartsItsTasksInTheOrderOfTheArguments) {
    std::vector<int> order;
    simulate(gather(note_start(order, 1), note_start(order, 2), note_start(order, 3)));
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

// Notes its cancellation and takes time to clean up.
task<int> clean_up_when_cancelled(bool& cleaned) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        cleaned = true;
        throw;
    }
    co_return 0;
}

task<std::string> message_of_failure(task<> work) {
    try {
        co_await std::move(work);
    } catch (const deliberate& error) {
        co_return error.what();
    }
    co_return "nothing was thrown";
}

task<> gather_two_failures(bool& cleaned) {
    co_await gather(fail_after(2s, "second"), fail_after(1s, "first"),
                    clean_up_when_cancelled(cleaned));
}

task<> first_failure() {
    const time_point start = event_loop::current()->kernel().now();
    bool cleaned = false;
    EXPECT_EQ(co_await message_of_failure(gather_two_failures(cleaned)), "first");
    EXPECT_TRUE(cleaned) << "the others are cancelled and awaited";
    EXPECT_EQ(elapsed_since(start), 1s);
    EXPECT_FALSE(is_cancelled());
}

TEST(Gather, ThrowsTheFirstFailureInTimeAfterItHasCancelledAndAwaitedTheOthers) {
    simulate(first_failure());
}

task<int> fail_while_cleaning_up() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        throw deliberate("while cleaning up");
    }
    co_return 0;
}

task<> gather_failure_and_failed_cleanup() {
    co_await gather(fail_while_cleaning_up(), fail_after(1s, "the cause"));
}

TEST(Gather, ThrowsTheCauseAndNotWhatFollowedFromIt) {
    EXPECT_EQ(simulate(message_of_failure(gather_failure_and_failed_cleanup())), "the cause");
}

TEST(Gather, ReportsNoFailureThatItCouldNotRethrow) {
    event_loop loop(simulated());
    loop.set_exception_handler([](const std::string& name, const std::exception_ptr&) {
        ADD_FAILURE() << name << " was reported";
    });
    EXPECT_EQ(loop.run_until_complete(message_of_failure(gather_failure_and_failed_cleanup())),
              "the cause");
}

task<> gather_two_sleepers(bool& first, bool& second) {
    co_await gather(clean_up_when_cancelled(first), clean_up_when_cancelled(second));
}

task<> cancel_gather() {
    bool first = false;
    bool second = false;
    task_handle<ending> other = create_task(ending_of(gather_two_sleepers(first, second)));
    co_await sleep(1s);
    other.cancel();
    EXPECT_EQ(co_await other, ending::cancelled);
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
}

TEST(Gather, CancelsAllItsTasksWhenItIsCancelled) {
    simulate(cancel_gather());
}

task<int> get_value(queue<int>& from) {
    co_return (co_await from.get()).value_or(-1);
}

task<> gather_two_values(queue<int>& from, std::vector<int>& into) {
    const auto [one, two] = co_await gather(get_value(from), get_value(from));
    into = {one, two};
    co_await yield();
}

task<> settle_two_values(queue<int>& from, std::vector<int>& into) {
    const auto [one, two] = co_await gather_settled(get_value(from), get_value(from));
    into = {one.value_or(-2), two.value_or(-2)};
    co_await yield();
}

// Both children have their value when the cancellation comes, in the same turn.
using two_values = task<>(queue<int>& from, std::vector<int>& into);
task<> cancel_when_all_results_are_there(two_values& work) {
    queue<int> items;
    std::vector<int> got;
    task_handle<void> other = create_task(work(items, got));
    co_await sleep(1s);
    items.try_put(1);
    items.try_put(2);
    other.cancel();
    co_await sleep(1s);
    EXPECT_THAT(got, ElementsAre(1, 2)) << "results that are there are given";
    EXPECT_TRUE(other.cancelled()) << "and the cancellation comes afterwards";
}

TEST(Gather, LosesNoResultsWhenTheCancellationComesAfterAllOfThem) {
    simulate(cancel_when_all_results_are_there(gather_two_values));
}

TEST(GatherSettled, LosesNoResultsWhenTheCancellationComesAfterAllOfThem) {
    simulate(cancel_when_all_results_are_there(settle_two_values));
}

task<> settle_three() {
    const auto [number, failure, nothing] =
        co_await gather_settled(give_after(3s, 5), fail_after(1s, "one failed"), sleep_for(2s));
    EXPECT_EQ(number.value(), 5);
    EXPECT_THROW(failure.value(), deliberate);
    EXPECT_TRUE(nothing.has_value()) << "nobody was cancelled";
}

TEST(GatherSettled, GivesAResultForEachAndCancelsNobody) {
    simulate(settle_three());
}

task<> settle_range() {
    std::vector<task<int>> all;
    all.push_back(give_after(1s, 1));
    all.push_back(fail_after(2s, "failed"));
    const std::vector<result<int>> results = co_await gather_settled(std::move(all));
    EXPECT_EQ(results.size(), 2U);
    EXPECT_EQ(results.at(0).value(), 1);
    EXPECT_FALSE(results.at(1).has_value());
}

TEST(GatherSettled, GivesAVectorForARange) {
    simulate(settle_range());
}

task<> settle_two_sleepers() {
    co_await gather_settled(sleep_for(1h), sleep_for(1h));
}

task<ending> cancel_settled() {
    task_handle<ending> other = create_task(ending_of(settle_two_sleepers()));
    co_await sleep(1s);
    other.cancel();
    co_return co_await other;
}

TEST(GatherSettled, IsCancelledWithItsTasks) {
    EXPECT_EQ(simulate(cancel_settled()), ending::cancelled);
}

task<int> nested_sum(int levels) {
    if (levels == 0) co_return co_await give_after(1s, 1);
    const auto [one, two] = co_await gather(nested_sum(levels - 1), nested_sum(levels - 1));
    co_return one + two;
}

TEST(Gather, NestsAsATreeOfTasks) {
    EXPECT_EQ(simulate(nested_sum(10)), 1024);
}

task<int> guarded(duration time) {
    const counted guard(1);
    co_await yield();
    co_await sleep(time);
    co_return 1;
}

task<int> guarded_failure(duration time) {
    const counted guard(1);
    co_await sleep(time);
    throw deliberate("in the sweep");
}

task<> gather_guarded() {
    co_await gather(guarded(1ms), guarded(2ms), gather(guarded(3ms), guarded(1ms)));
}

task<> gather_failing() {
    try {
        co_await gather(guarded(1ms), guarded_failure(2ms), guarded(3ms));
    } catch (const deliberate&) {
    }
}

task<> settle_guarded() {
    co_await gather_settled(guarded(1ms), guarded_failure(2ms), guarded(3ms));
}

TEST(Gather, LeavesNoTaskRunningWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(gather_guarded());
        made.tasks.push_back(gather_failing());
        made.tasks.push_back(settle_guarded());
        made.victims = 3;
        made.check = [] { EXPECT_EQ(counted::alive(), 0U); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
