#include <eddy/task_local.hpp>

#include "support/counted.hpp"
#include "support/simulate.hpp"

#include <eddy/call_later.hpp>
#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/loop_pool.hpp>
#include <eddy/race.hpp>
#include <eddy/run.hpp>
#include <eddy/task_group.hpp>
#include <eddy/timeout.hpp>
#include <eddy/to_thread.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task_local<std::string> user("nobody");
task_local<int> depth;

task<std::string> ask_for_user() {
    co_await yield();
    co_return user.get();
}

TEST(TaskLocal, HasItsFirstValueWhereNothingIsBound) {
    EXPECT_EQ(user.get(), "nobody") << "outside of any task";
    EXPECT_EQ(simulate(ask_for_user()), "nobody");
}

task<> bind_and_unbind() {
    {
        const auto outer = user.bind("ada");
        EXPECT_EQ(user.get(), "ada");
        {
            const auto inner = user.bind("grace");
            const auto other = depth.bind(2);
            EXPECT_EQ(user.get(), "grace");
            EXPECT_EQ(depth.get(), 2);
        }
        EXPECT_EQ(user.get(), "ada");
        EXPECT_EQ(co_await ask_for_user(), "ada") << "awaited in the same task";
    }
    EXPECT_EQ(user.get(), "nobody");
    EXPECT_EQ(depth.get(), 0);
}

TEST(TaskLocal, IsBoundForAStretchOfCode) {
    simulate(bind_and_unbind());
}

task<> start_under_a_binding() {
    task_handle<std::string> before = create_task(ask_for_user());
    std::optional<task_handle<std::string>> child;
    {
        const auto bound = user.bind("ada");
        child = create_task(ask_for_user());
        const auto [gathered] = co_await gather(ask_for_user());
        EXPECT_EQ(gathered, "ada");
    }
    EXPECT_EQ(co_await *child, "ada") << "it keeps what was bound when it was started";
    EXPECT_EQ(co_await before, "nobody");
}

TEST(TaskLocal, IsInheritedByTheTasksThatAreStarted) {
    simulate(start_under_a_binding());
}

void note_user(std::vector<std::string>& into) {
    into.push_back(user.get());
}

task<> note_user_in_task(std::vector<std::string>& into) {
    note_user(into);
    co_return;
}

task<> note_user_in_group(task_group& group, std::vector<std::string>* into) {
    group.create_task(note_user_in_task(*into));
    co_return;
}

task<> start_in_all_ways(std::vector<std::string>& seen) {
    const auto bound = user.bind("ada");
    co_await gather(note_user_in_task(seen), note_user_in_task(seen));
    co_await race(note_user_in_task(seen));
    co_await with_task_group(note_user_in_group, &seen);
    co_await with_timeout(1s, note_user_in_task(seen));
    co_await move_on_after(1s, note_user_in_task(seen));
    co_await shield(note_user_in_task(seen));
    co_await call_soon(note_user, std::ref(seen));
    co_await call_later(1ms, note_user, std::ref(seen));
}

TEST(TaskLocal, IsInheritedInWhicheverWayATaskIsStarted) {
    std::vector<std::string> seen;
    simulate(start_in_all_ways(seen));
    EXPECT_EQ(seen, std::vector<std::string>(9, "ada"));
}

std::string user_here() {
    return user.get();
}

task<> call_outside_of_tasks() {
    const auto bound = user.bind("ada");
    std::vector<std::string> seen;
    task_handle<std::string> other = create_task(ask_for_user());
    other.add_done_callback([&seen](task_handle<std::string>&) { note_user(seen); });
    event_loop::running().post([&seen] { note_user(seen); });
    EXPECT_EQ(co_await to_thread(user_here), "nobody");
    loop_pool loops(1);
    EXPECT_EQ(co_await loops.run_on(0, ask_for_user), "nobody") << "a task of another loop";
    while (seen.size() < 2) co_await yield();
    EXPECT_EQ(seen, std::vector<std::string>(2, "nobody"));
}

TEST(TaskLocal, IsNotSeenByCallsThatNoTaskOfTheLoopMakes) {
    run(call_outside_of_tasks());
}

task<> bind_for_a_while() {
    const auto bound = user.bind("child");
    co_await sleep(2s);
    EXPECT_EQ(user.get(), "child");
}

task<> look_while_a_child_binds() {
    const auto bound = user.bind("parent");
    task_handle<void> child = create_task(bind_for_a_while());
    task_handle<void> other = create_task(bind_for_a_while());
    co_await sleep(1s);
    EXPECT_EQ(user.get(), "parent");
    co_await child;
    co_await other;
    EXPECT_EQ(user.get(), "parent");
}

TEST(TaskLocal, IsSeenByNobodyAboveTheTaskThatBindsIt) {
    simulate(look_while_a_child_binds());
}

task<> bind_deeper(int levels) {
    const auto bound = depth.bind(levels);
    if (levels > 0) create_task(bind_deeper(levels - 1));
    co_return;
}

TEST(TaskLocal, BindsDeeperThanTheStackIs) {
    simulate(bind_deeper(1'000'000));
}

task<> hold_objects() {
    task_local<counted> object(counted(1));
    {
        const auto bound = object.bind(counted(2));
        EXPECT_EQ(object.get().value, 2);
        EXPECT_EQ(counted::alive(), 2U);
    }
    EXPECT_EQ(counted::alive(), 1U);
    EXPECT_EQ(object.get().value, 1);
    co_return;
}

TEST(TaskLocal, DestroysAValueWithItsBinding) {
    simulate(hold_objects());
    EXPECT_EQ(counted::alive(), 0U);
}

}  // namespace
}  // namespace eddy::testing
