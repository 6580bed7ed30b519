#include <eddy/task.hpp>

#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>

namespace eddy::testing {
namespace {

task<int> give(int value) {
    co_return value;
}

task<> set(bool& ran) {
    ran = true;
    co_return;
}

TEST(Task, DoesNothingUntilItIsAwaited) {
    bool ran = false;
    task<> lazy = set(ran);
    EXPECT_FALSE(ran);
    simulate(std::move(lazy));
    EXPECT_TRUE(ran);
}

TEST(Task, IsDestroyedWithItsArgumentsWhenItIsNeverAwaited) {
    const auto keep = [](counted) -> task<> { co_return; };
    {
        const task<> never = keep(counted(1));
        EXPECT_EQ(counted::alive(), 1U);
    }
    EXPECT_EQ(counted::alive(), 0U);
    EXPECT_EQ(counted::mistakes(), 0);
}

TEST(Task, KnowsWhetherThereIsWorkLeftInIt) {
    task<int> first = give(1);
    EXPECT_TRUE(first);
    task<int> second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(simulate(std::move(second)), 1);
    EXPECT_FALSE(second);
}

TEST(Task, DropsItsWorkWhenAnotherOneIsAssigned) {
    const auto keep = [](counted) -> task<> { co_return; };
    task<> one = keep(counted(1));
    one = keep(counted(2));
    EXPECT_EQ(counted::alive(), 1U);
    task<>& itself = one;
    one = std::move(itself);
    EXPECT_TRUE(one);
}

static_assert(!std::is_copy_constructible_v<task<int>>);
static_assert(std::is_nothrow_move_constructible_v<task<int>>);

task<int> sum() {
    const int one = co_await give(1);
    task<int> named = give(2);
    co_return one + co_await std::move(named);
}

TEST(Task, GivesItsValueToTheOneWhoAwaitsIt) {
    EXPECT_EQ(simulate(sum()), 3);
}

task<std::unique_ptr<int>> give_pointer() {
    co_return std::make_unique<int>(5);
}

task<int> dereference() {
    const std::unique_ptr<int> pointer = co_await give_pointer();
    co_return *pointer;
}

TEST(Task, GivesAValueThatCanOnlyBeMoved) {
    EXPECT_EQ(simulate(dereference()), 5);
}

task<std::string> give_text() {
    co_return "converted";
}

TEST(Task, ConvertsWhatItReturns) {
    EXPECT_EQ(simulate(give_text()), "converted");
}

task<int> fail() {
    throw deliberate("from a task");
    co_return 0;
}

task<std::string> catch_failure() {
    try {
        co_await fail();
    } catch (const deliberate& error) {
        co_return error.what();
    }
    co_return "nothing was thrown";
}

TEST(Task, ThrowsItsExceptionAtTheOneWhoAwaitsIt) {
    EXPECT_EQ(simulate(catch_failure()), "from a task");
    EXPECT_THROW(simulate(fail()), deliberate);
}

task<const task_control*> ask_who_runs() {
    co_return &event_loop::running_task();
}

task<bool> runs_inside_its_caller() {
    const task_control* const before = &event_loop::running_task();
    co_return before == co_await ask_who_runs();
}

TEST(Task, RunsInsideTheTaskThatAwaitsIt) {
    EXPECT_TRUE(simulate(runs_inside_its_caller()));
}

task<int> use(counted value) {
    co_await yield();
    co_return value.value;
}

task<std::size_t> alive_after_await() {
    const int value = co_await use(counted(5));
    EXPECT_EQ(value, 5);
    co_return counted::alive();
}

TEST(Task, GivesItsFrameBackAsSoonAsItsResultIsTaken) {
    EXPECT_EQ(simulate(alive_after_await()), 0U);
    EXPECT_EQ(counted::mistakes(), 0);
}

task<int> await_many(int count) {
    int total = 0;
    for (int i = 0; i < count; ++i) total += co_await give(1);
    co_return total;
}

TEST(Task, AwaitsAMillionTasksOneAfterTheOtherWithoutGrowingTheStack) {
    EXPECT_EQ(simulate(await_many(1'000'000)), 1'000'000);
}

task<int> yield_and_give(int value) {
    co_await yield();
    co_return value;
}

task<int> await_many_that_wait(int count) {
    int total = 0;
    for (int i = 0; i < count; ++i) total += co_await yield_and_give(1);
    co_return total;
}

TEST(Task, AwaitsAHundredThousandTasksThatWait) {
    EXPECT_EQ(simulate(await_many_that_wait(100'000)), 100'000);
}

task<int> depth(int levels) {
    if (levels == 0) co_return 0;
    co_return 1 + co_await depth(levels - 1);
}

TEST(Task, CanBeAHundredThousandAwaitsDeep) {
    EXPECT_EQ(simulate(depth(100'000)), 100'000);
}

task<int> depth_with_wait(int levels) {
    if (levels == 0) co_await sleep(std::chrono::seconds(1));
    if (levels == 0) co_return 0;
    co_return 1 + co_await depth_with_wait(levels - 1);
}

TEST(Task, WaitsAtTheBottomOfAHundredThousandAwaits) {
    EXPECT_EQ(simulate(depth_with_wait(100'000)), 100'000);
}

task<int> depth_with_failure(int levels) {
    if (levels == 0) throw deliberate("at the bottom");
    co_return 1 + co_await depth_with_failure(levels - 1);
}

TEST(Task, ThrowsThroughAHundredThousandAwaits) {
    EXPECT_THROW(simulate(depth_with_failure(100'000)), deliberate);
}

}  // namespace
}  // namespace eddy::testing
