#include <eddy/child_tasks.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("a child failed");
}

task<> start_two() {
    child_tasks children;
    const auto one = children.start(give_after(1s, 1));
    const auto two = children.start(give_after(2s, 2));
    EXPECT_EQ(children.running(), 2U);
    co_await children.all_done();
    EXPECT_EQ(children.running(), 0U);
    EXPECT_NO_THROW(children.throw_failure());
    EXPECT_EQ(take_result(*one) + take_result(*two), 3);
}

TEST(ChildTasks, AreAllAwaited) {
    simulate(start_two());
}

task<> start_none() {
    child_tasks children;
    co_await children.all_done();
    children.throw_failure();
}

TEST(ChildTasks, NeedNotBeAny) {
    simulate(start_none());
}

task<> fail_one() {
    child_tasks children;
    const auto failing = children.start(fail_after(1s));
    const auto other = children.start(give_after(1h, 1));
    co_await children.all_done();
    EXPECT_TRUE(other->ended_cancelled());
    EXPECT_THROW(children.throw_failure(), deliberate);
}

TEST(ChildTasks, AreCancelledWhenOneFails) {
    simulate(fail_one());
}

task<> fail_one_of_independent_ones() {
    child_tasks children(child_tasks::cancel_rest::never);
    const auto failing = children.start(fail_after(1s));
    const auto other = children.start(give_after(2s, 1));
    co_await children.all_done();
    EXPECT_EQ(take_result(*other), 1);
    EXPECT_THROW(take_result(*failing), deliberate);
}

TEST(ChildTasks, GoOnWithoutEachOtherIfThatIsWanted) {
    simulate(fail_one_of_independent_ones());
}

task<> first_of_two() {
    child_tasks children(child_tasks::cancel_rest::on_first_end);
    const auto slow = children.start(give_after(1h, 1));
    const auto fast = children.start(give_after(1s, 2));
    co_await children.all_done();
    EXPECT_TRUE(slow->ended_cancelled());
    EXPECT_EQ(children.first_ended(), &*fast);
}

TEST(ChildTasks, AreCancelledWhenTheFirstEndsIfThatIsWanted) {
    simulate(first_of_two());
}

task<> wait_for_children() {
    child_tasks children;
    children.start(give_after(1h, 1));
    co_await children.all_done();
    children.throw_failure();
}

task<ending> cancel_parent() {
    task_handle<ending> parent = create_task(ending_of(wait_for_children()));
    co_await sleep(1s);
    parent.cancel();
    co_return co_await parent;
}

TEST(ChildTasks, AreCancelledWithTheTaskThatWaitsForThem) {
    EXPECT_EQ(simulate(cancel_parent()), ending::cancelled);
}

}  // namespace
}  // namespace eddy::testing
