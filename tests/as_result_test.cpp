#include <eddy/as_result.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/lock.hpp>
#include <eddy/queue.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <memory>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> give(int value) {
    co_await yield();
    co_return value;
}

task<int> fail() {
    co_await yield();
    throw deliberate("work failed");
}

task<> do_nothing() {
    co_await yield();
}

task<std::unique_ptr<int>> give_pointer(int value) {
    co_return std::make_unique<int>(value);
}

task<> look_at_results() {
    const result<int> value = co_await as_result(give(5));
    EXPECT_EQ(value.value(), 5);
    const result<int> failure = co_await as_result(fail());
    EXPECT_FALSE(failure.has_value());
    EXPECT_THROW(failure.value(), deliberate);
    const result<void> nothing = co_await as_result(do_nothing());
    EXPECT_TRUE(nothing.has_value());
    const result<std::unique_ptr<int>> moved = co_await as_result(give_pointer(6));
    EXPECT_EQ(*moved.value(), 6);
}

TEST(AsResult, GivesTheOutcomeOfATaskAsAValue) {
    simulate(look_at_results());
}

task<> use_awaiters() {
    const result<void> slept = co_await as_result(sleep(1s));
    EXPECT_TRUE(slept.has_value());

    lock shared;
    result<lock::guard> held = co_await as_result(shared.acquire());
    EXPECT_TRUE(shared.is_held());
    held.value().release();
    EXPECT_FALSE(shared.is_held());

    task_handle<int> other = create_task(fail());
    const result<int> outcome = co_await as_result(std::move(other));
    EXPECT_THROW(outcome.value(), deliberate);
}

TEST(AsResult, TakesAnythingThatCanBeAwaited) {
    simulate(use_awaiters());
}

task<> put_into_closed() {
    queue<int> items;
    items.close();
    const result<void> refused = co_await as_result(items.put(1));
    EXPECT_THROW(refused.value(), queue_closed);
}

TEST(AsResult, HearsARefusalThatComesBeforeTheWait) {
    simulate(put_into_closed());
}

task<> await_as_result(duration time) {
    const result<void> never_seen = co_await as_result(sleep(time));
    ADD_FAILURE() << "cancellation concerns the task, not the awaitable";
}

task<ending> cancel_waiting_task() {
    task_handle<ending> other = create_task(ending_of(await_as_result(1h)));
    co_await sleep(1s);
    other.cancel();
    co_return co_await other;
}

task<ending> cancel_before_it_waits() {
    task_handle<ending> other = create_task(ending_of(await_as_result(1h)));
    other.cancel();
    co_return co_await other;
}

TEST(AsResult, StillThrowsCancelled) {
    EXPECT_EQ(simulate(cancel_waiting_task()), ending::cancelled);
    EXPECT_EQ(simulate(cancel_before_it_waits()), ending::cancelled);
}

struct place {
    lock door;
    int inside = 0;
};

task<counted> make_thing() {
    const counted other(1);
    co_await sleep(10us);
    co_return counted(2);
}

task<> work_with_results(std::shared_ptr<place> at) {
    result<lock::guard> held = co_await as_result(at->door.acquire());
    EXPECT_EQ(++at->inside, 1) << "the lock is held";
    --at->inside;
    const result<counted> made = co_await as_result(make_thing());
    EXPECT_TRUE(made.has_value());
    const result<int> failed = co_await as_result(fail());
    EXPECT_FALSE(failed.has_value());
    held.value().release();
    task_handle<counted> other = create_task(make_thing());
    const result<counted> joined = co_await as_result(std::move(other));
    EXPECT_TRUE(joined.has_value());
    const result<void> slept = co_await as_result(sleep(10us));
    EXPECT_TRUE(slept.has_value());
}

TEST(AsResult, LosesNothingAndHidesNoCancellationWheneverItComes) {
    sweep([](simulated_backend&) {
        const auto shared = std::make_shared<place>();
        scenario made;
        for (int i = 0; i < 3; ++i) made.tasks.push_back(work_with_results(shared));
        made.victims = 3;
        made.check = [shared] { EXPECT_FALSE(shared->door.is_held()); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
