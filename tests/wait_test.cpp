#include <eddy/wait.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/sleep.hpp>
#include <eddy/task_group.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> give_after(duration time, int value) {
    const counted guard(value);
    co_await sleep(time);
    co_return value;
}

using handles = std::vector<task_handle<int>>;

handles start_three() {
    handles all;
    all.push_back(create_task(give_after(3s, 1)));
    all.push_back(create_task(give_after(1s, 2)));
    all.push_back(create_task(give_after(2s, 3)));
    return all;
}

task<> wait_for_all() {
    const time_point start = event_loop::current()->kernel().now();
    waited_tasks<int> seen = co_await wait(start_three());
    EXPECT_EQ(elapsed_since(start), 3s);
    EXPECT_EQ(seen.pending.size(), 0U);
    EXPECT_EQ(seen.done.size(), 3U);
    EXPECT_EQ(seen.done.at(0).get(), 1) << "in the order in which they were given";
    EXPECT_EQ(seen.done.at(1).get(), 2);
}

TEST(Wait, EndsWhenAllHaveEndedOtherwise) {
    simulate(wait_for_all());
}

task<> wait_for_a_time() {
    const time_point start = event_loop::current()->kernel().now();
    waited_tasks<int> seen = co_await wait(start_three(), return_when::all_completed, 1500ms);
    EXPECT_EQ(elapsed_since(start), 1500ms);
    EXPECT_EQ(seen.done.size(), 1U);
    EXPECT_EQ(seen.pending.size(), 2U);
    for (const task_handle<int>& each : seen.pending) EXPECT_FALSE(each.cancelled());
    seen = co_await wait(std::move(seen.pending), return_when::all_completed, 1h);
    EXPECT_EQ(elapsed_since(start), 3s) << "before its time is over";
}

TEST(Wait, EndsWhenItsTimeIsOverAndCancelsNobody) {
    simulate(wait_for_a_time());
}

task<> wait_for_what_is_done() {
    handles all = start_three();
    co_await sleep(1h);
    const time_point start = event_loop::current()->kernel().now();
    const waited_tasks<int> seen = co_await wait(std::move(all));
    EXPECT_EQ(seen.done.size(), 3U);
    const waited_tasks<int> none = co_await wait(handles());
    EXPECT_EQ(none.done.size() + none.pending.size(), 0U);
    EXPECT_EQ(elapsed_since(start), 0s);
}

TEST(Wait, EndsAtOnceWhenNobodyIsLeft) {
    simulate(wait_for_what_is_done());
}

task<> cancel_a_wait() {
    handles all = start_three();
    task_handle<waited_tasks<int>> waiting = create_task(wait(all));
    co_await sleep(1500ms);
    waiting.cancel();
    co_await sleep(1s);
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_EQ(co_await all.at(0), 1) << "the tasks go on";
}

TEST(Wait, CanBeCancelledWithoutItsTasks) {
    simulate(cancel_a_wait());
}

task<> wait_in_group(task_group& group, return_when when, duration timeout) {
    handles all;
    for (int i = 1; i <= 3; ++i) {
        all.push_back(group.create_task(give_after(std::chrono::milliseconds(i), i)));
    }
    const waited_tasks<int> seen = co_await wait(std::move(all), when, timeout);
    EXPECT_EQ(seen.done.size() + seen.pending.size(), 3U);
}

TEST(Wait, LeavesNothingBehindWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(with_task_group(wait_in_group, return_when::all_completed, 1s));
        made.tasks.push_back(with_task_group(wait_in_group, return_when::first_completed, 1s));
        made.tasks.push_back(with_task_group(wait_in_group, return_when::all_completed, 2ms));
        made.victims = 3;
        made.check = [] { EXPECT_EQ(counted::alive(), 0U); };
        return made;
    });
}

task<int> fail_after(duration time) {
    const counted guard(0);
    co_await sleep(time);
    throw deliberate("one of those waited for");
}

// No group: it would be ended by the failure that is waited for.
task<> wait_for_failure(duration failing, std::size_t ended) {
    // Whoever is cancelled does not look at it.
    event_loop::current()->set_exception_handler(nullptr);
    handles all;
    all.push_back(create_task(give_after(1ms, 1)));
    all.push_back(create_task(fail_after(failing)));
    all.push_back(create_task(give_after(3ms, 3)));
    waited_tasks<int> seen = co_await wait(std::move(all), return_when::first_exception);
    EXPECT_EQ(seen.done.size(), ended);
    EXPECT_EQ(seen.pending.size(), 3 - ended);
    EXPECT_TRUE(std::ranges::any_of(
        seen.done, [](const task_handle<int>& each) { return each.control().error() != nullptr; }));
    // The others go on, whoever was waiting for them.
    for (task_handle<int>& each : seen.pending) EXPECT_EQ(co_await each, 3);
}

task<> wait_for_one_that_never_fails() {
    handles all;
    for (int i = 1; i <= 3; ++i)
        all.push_back(create_task(give_after(std::chrono::milliseconds(i), i)));
    const waited_tasks<int> seen = co_await wait(std::move(all), return_when::first_exception);
    EXPECT_EQ(seen.done.size(), 3U) << "nobody has failed";
}

TEST(Wait, ForTheFirstFailureLeavesNothingBehindWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(wait_for_failure(2ms, 2));
        made.tasks.push_back(wait_for_failure(4ms, 3));
        made.tasks.push_back(wait_for_one_that_never_fails());
        made.victims = 3;
        made.check = [] {};
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
