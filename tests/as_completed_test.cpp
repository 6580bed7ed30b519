#include <eddy/as_completed.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/task_group.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using numbers = std::vector<int>;

task<int> give_after(duration time, int value) {
    const counted guard(value);
    co_await sleep(time);
    co_return value;
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("one of them failed");
}

std::vector<task_handle<int>> start_three() {
    std::vector<task_handle<int>> handles;
    handles.push_back(create_task(give_after(3s, 1)));
    handles.push_back(create_task(give_after(1s, 2)));
    handles.push_back(create_task(give_after(2s, 3)));
    return handles;
}

task<numbers> collect(std::vector<task_handle<int>> handles) {
    numbers got;
    completed_tasks<int> tasks = as_completed(std::move(handles));
    while (std::optional<task_handle<int>> ended = co_await tasks.next()) {
        EXPECT_TRUE(ended->done());
        got.push_back(ended->get());
    }
    EXPECT_FALSE(co_await tasks.next()) << "it stays at its end";
    co_return got;
}

task<numbers> collect_three() {
    co_return co_await collect(start_three());
}

TEST(AsCompleted, GivesTasksInTheOrderInWhichTheyEnd) {
    EXPECT_THAT(simulate(collect_three()), ElementsAre(2, 3, 1));
}

task<numbers> collect_after_the_end() {
    std::vector<task_handle<int>> handles = start_three();
    co_await sleep(1h);
    co_return co_await collect(std::move(handles));
}

TEST(AsCompleted, GivesThoseThatHadEndedBefore) {
    EXPECT_THAT(simulate(collect_after_the_end()), ElementsAre(1, 2, 3));
}

task<> collect_slowly() {
    completed_tasks<int> tasks = as_completed(start_three());
    co_await sleep(90s);
    const time_point start = event_loop::current()->kernel().now();
    numbers got;
    while (std::optional<task_handle<int>> ended = co_await tasks.next()) {
        got.push_back(ended->get());
    }
    EXPECT_THAT(got, ElementsAre(2, 3, 1));
    EXPECT_EQ(elapsed_since(start), 0s);
}

TEST(AsCompleted, KeepsTheOrderForOneWhoAsksLater) {
    simulate(collect_slowly());
}

TEST(AsCompleted, IsAtItsEndAtOnceWithoutTasks) {
    EXPECT_THAT(simulate(collect({})), ElementsAre());
}

task<> collect_failure() {
    std::vector<task_handle<int>> handles;
    handles.push_back(create_task(fail_after(1s)));
    handles.push_back(create_task(give_after(1h, 2)));
    handles.back().cancel();
    completed_tasks<int> tasks = as_completed(std::move(handles));
    const std::optional<task_handle<int>> first = co_await tasks.next();
    EXPECT_TRUE(first->cancelled());
    std::optional<task_handle<int>> second = co_await tasks.next();
    EXPECT_THROW(second->get(), deliberate);
}

TEST(AsCompleted, GivesFailedAndCancelledTasksAsAnyOther) {
    simulate(collect_failure());
}

task<> stop_watching() {
    std::vector<task_handle<int>> handles = start_three();
    {
        completed_tasks<int> tasks = as_completed(handles);
        const std::optional<task_handle<int>> first = co_await tasks.next();
        EXPECT_EQ(&first->control(), &handles.at(1).control());
    }
    EXPECT_EQ(co_await handles.at(0), 1) << "the others go on";
}

TEST(AsCompleted, CanBeLeftBeforeItsEnd) {
    simulate(stop_watching());
}

task<> note_ended(completed_tasks<int>& tasks, numbers& got) {
    while (std::optional<task_handle<int>> ended = co_await tasks.next())
        got.push_back(ended->get());
}

task<> share_three(numbers& first, numbers& second) {
    completed_tasks<int> tasks = as_completed(start_three());
    co_await gather(note_ended(tasks, first), note_ended(tasks, second));
}

TEST(AsCompleted, GivesEachTaskToOneOfThoseWhoAsk) {
    numbers first;
    numbers second;
    simulate(share_three(first, second));
    EXPECT_THAT(first, ElementsAre(2, 1));
    EXPECT_THAT(second, ElementsAre(3));
}

// Two consumers, of whom one can be cancelled: the other gets what is left.
scenario two_consumers() {
    struct shared {
        std::optional<completed_tasks<int>> tasks;
        numbers got;
    };
    const auto all = std::make_shared<shared>();
    const auto consume = [](std::shared_ptr<shared> from) -> task<> {
        if (!from->tasks) from->tasks.emplace(start_three());
        co_await note_ended(*from->tasks, from->got);
    };
    scenario made;
    made.tasks.push_back(consume(all));
    made.tasks.push_back(consume(all));
    made.victims = 1;
    made.check = [all] { EXPECT_LE(all->got.size(), 3U); };
    return made;
}

TEST(AsCompleted, GoesOnForTheOthersWhenOneWhoAsksIsCancelled) {
    sweep([](simulated_backend&) { return two_consumers(); });
}

// Watches tasks of a group, so that a cancellation takes them along.
task<> collect_in_group(task_group& group) {
    std::vector<task_handle<int>> handles;
    handles.push_back(group.create_task(give_after(2ms, 1)));
    handles.push_back(group.create_task(give_after(1ms, 2)));
    handles.push_back(group.create_task(give_after(1ms, 3)));
    completed_tasks<int> tasks = as_completed(std::move(handles));
    int ended = 0;
    while (co_await tasks.next()) ++ended;
    EXPECT_EQ(ended, 3);
}

TEST(AsCompleted, LeavesNothingBehindWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(with_task_group(collect_in_group));
        made.tasks.push_back(with_task_group(collect_in_group));
        made.victims = 2;
        made.check = [] { EXPECT_EQ(counted::alive(), 0U); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
