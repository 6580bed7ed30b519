#include <eddy/task_info.hpp>

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<task_info> all_tasks() {
    return event_loop::current()->tasks();
}

task_info find_task(const std::string& name) {
    const std::vector<task_info> all = all_tasks();
    const auto found = std::ranges::find(all, name, &task_info::name);
    EXPECT_NE(found, all.end()) << "there is no task " << name;
    return found != all.end() ? *found : task_info();
}

// Keeps the lines apart by which the backtraces are told.
constexpr unsigned line_of_inner = __LINE__ + 2;
task<> inner(duration time) {
    co_await sleep(time);
}
constexpr unsigned line_of_outer = __LINE__ + 2;
task<> outer(duration time) {
    co_await inner(time);
}

task<> look_at_backtrace() {
    create_task(outer(1h), "sleeper");
    EXPECT_TRUE(find_task("sleeper").backtrace.empty()) << "it has not started";
    co_await yield();
    const std::vector<std::source_location> places = find_task("sleeper").backtrace;
    EXPECT_EQ(places.size(), 2U);
    if (places.size() != 2) co_return;
    EXPECT_EQ(places.at(0).line(), line_of_inner);
    EXPECT_EQ(places.at(1).line(), line_of_outer);
    EXPECT_THAT(places.at(0).file_name(), HasSubstr("task_info_test.cpp"));
}

TEST(TaskInfo, HasTheBacktraceOfATaskWithTheInnermostPlaceFirst) {
    simulate(look_at_backtrace());
}

task<> look_at_states() {
    task_handle<void> sleeper = create_task(outer(1h), "sleeper");
    EXPECT_EQ(find_task("sleeper").state, task_state::ready);
    co_await sleep(10s);
    const task_info info = find_task("sleeper");
    EXPECT_EQ(info.id, sleeper.control().id());
    EXPECT_EQ(info.state, task_state::waiting);
    EXPECT_EQ(info.waits_for, "sleep");
    EXPECT_EQ(info.parent, 0U);
    EXPECT_GE(info.since, 10s - 2ms) << "kept in steps of about a millisecond";
    EXPECT_LE(info.since, 10s + 2ms);
    EXPECT_FALSE(info.cancelled);
    sleeper.cancel();
    EXPECT_TRUE(find_task("sleeper").cancelled);
    EXPECT_EQ(find_task("sleeper").state, task_state::ready);
    co_await yield();
    EXPECT_EQ(all_tasks().size(), 1U) << "who has ended is not listed";
    EXPECT_EQ(all_tasks().at(0).state, task_state::running);
}

TEST(TaskInfo, TellsWhatATaskIsDoing) {
    simulate(look_at_states());
}

// Looks at all tasks when it is destroyed.
class onlooker {
public:
    explicit onlooker(std::vector<task_info>& seen) noexcept : seen_(&seen) {}
    onlooker(onlooker&& other) noexcept : seen_(std::exchange(other.seen_, nullptr)) {}
    ~onlooker() {
        if (seen_ != nullptr) *seen_ = all_tasks();
    }

private:
    std::vector<task_info>* seen_;
};

task<> sleep_beside(onlooker) {
    co_await inner(1s);
}

task<> look_from_an_argument_of_the_last_coroutine() {
    std::vector<task_info> seen;
    co_await create_task(sleep_beside(onlooker(seen)), "ending");
    const auto ending = std::ranges::find(seen, "ending", &task_info::name);
    EXPECT_NE(ending, seen.end());
    if (ending == seen.end()) co_return;
    EXPECT_EQ(ending->state, task_state::done);
    EXPECT_TRUE(ending->backtrace.empty()) << "it stands nowhere any more";
}

TEST(TaskInfo, ShowsATaskWhoseLastArgumentsAreBeingDestroyed) {
    simulate(look_from_an_argument_of_the_last_coroutine());
}

task<> gather_two() {
    co_await gather(outer(1h), outer(1h));
}

task<> look_at_parents() {
    task_handle<void> parent = create_task(gather_two(), "parent");
    co_await sleep(1s);
    std::vector<std::uint64_t> parents;
    for (const task_info& each : all_tasks()) parents.push_back(each.parent);
    const std::uint64_t id = parent.control().id();
    EXPECT_THAT(parents, ElementsAre(0U, 0U, id, id));
}

TEST(TaskInfo, KnowsTheTaskAboveAChild) {
    simulate(look_at_parents());
}

task<> hold_for_ever(lock& shared, event& never) {
    const lock::guard held = co_await shared.acquire();
    co_await never.wait();
}

task<> want(lock& shared) {
    const lock::guard held = co_await shared.acquire();
}

task<> join(task_handle<void> other) {
    co_await other;
}

struct stage {
    lock shared;
    event never;
};

task<> look_at_waits(stage& on) {
    task_handle<void> holder = create_task(hold_for_ever(on.shared, on.never), "holder");
    task_handle<void> second = create_task(want(on.shared), "second");
    create_task(join(second), "third");
    co_await sleep(1s);
    EXPECT_EQ(find_task("second").waits_for, "lock");
    EXPECT_EQ(find_task("second").waits_for_task, holder.control().id());
    EXPECT_EQ(find_task("third").waits_for, "task");
    EXPECT_EQ(find_task("third").waits_for_task, second.control().id());
    EXPECT_EQ(find_task("holder").waits_for, "event");
    EXPECT_EQ(find_task("holder").waits_for_task, 0U);

    std::ostringstream text;
    print_waits(text, all_tasks());
    EXPECT_THAT(text.str(), HasSubstr("second waits for lock, held up by holder, at "));
    EXPECT_THAT(text.str(), HasSubstr("third waits for task, held up by second, at "));
    EXPECT_THAT(text.str(), HasSubstr("holder waits for event, at "));
}

TEST(TaskInfo, KnowsWhoHoldsATaskUp) {
    stage on;
    simulate(look_at_waits(on));
}

task<> print_tree() {
    create_task(gather_two(), "parent");
    co_await sleep(5s);
    std::ostringstream text;
    print_tasks(text, all_tasks());
    EXPECT_THAT(text.str(), HasSubstr("4 tasks\n"));
    EXPECT_THAT(text.str(), HasSubstr("\nparent: waiting for children since "));
    EXPECT_THAT(text.str(), HasSubstr("\n  task-3: waiting for sleep since "));
    EXPECT_THAT(text.str(), HasSubstr("\n      at "));
    EXPECT_THAT(text.str(),
                HasSubstr("task_info_test.cpp:" + std::to_string(line_of_inner) + " in "));
    EXPECT_THAT(text.str(), HasSubstr("inner("));
    EXPECT_THAT(text.str(), ::testing::Not(HasSubstr(".Frame"))) << "names as they were written";
}

TEST(TaskInfo, IsPrintedAsATreeWithBacktraces) {
    simulate(print_tree());
}

// Each has a parent that is not listed. Whoever looks for it among all of them, for each of them,
// takes hours.
TEST(TaskInfo, IsPrintedForVeryManyTasks) {
    std::vector<task_info> tasks(30'000);
    std::uint64_t last = 0;
    for (task_info& each : tasks) {
        each.id = ++last;
        each.parent = 1'000'000;
        each.name = "one of many";
    }
    std::ostringstream text;
    print_tasks(text, tasks);
    const std::string printed = text.str();
    EXPECT_EQ(std::ranges::count(printed, '\n'), 30'001);
}

TEST(TaskInfo, IsPrintedForNoTasksToo) {
    std::ostringstream text;
    print_tasks(text, {});
    EXPECT_EQ(text.str(), "0 tasks\n");
}

}  // namespace
}  // namespace eddy::testing
