#include <eddy/task_local.hpp>

#include "support/counted.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <string>

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
