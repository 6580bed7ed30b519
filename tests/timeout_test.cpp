#include <eddy/timeout.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

time_point now() {
    return event_loop::current()->kernel().now();
}

task<int> sleep_and_give(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("before the deadline");
}

task<> in_time() {
    const time_point start = now();
    EXPECT_EQ(co_await with_timeout(2s, sleep_and_give(1s, 5)), 5);
    EXPECT_EQ(elapsed_since(start), 1s);
    co_await sleep(5s);  // the deadline is gone with its scope
}

TEST(WithTimeout, GivesTheResultOfWorkThatIsDoneInTime) {
    simulate(in_time());
}

task<> too_late() {
    const time_point start = now();
    EXPECT_EQ(co_await ending_of(with_timeout(1s, sleep_for(1h))), ending::timeout);
    EXPECT_EQ(elapsed_since(start), 1s);
    EXPECT_FALSE(is_cancelled());
    co_await sleep(1s);
}

TEST(WithTimeout, CancelsTheWorkAtTheDeadlineAndThrows) {
    simulate(too_late());
}

TEST(WithTimeout, ThrowsAStandardException) {
    EXPECT_THROW(simulate(with_timeout(1s, sleep_for(1h))), std::runtime_error);
}

TEST(WithTimeout, RethrowsWhatTheWorkThrows) {
    EXPECT_THROW(simulate(with_timeout(2s, fail_after(1s))), deliberate);
}

task<int> clean_up_slowly() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
    }
    co_await shield(sleep_for(3s));
    throw deliberate("while cleaning up");
    co_return 0;
}

task<> failure_after_the_deadline() {
    const time_point start = now();
    EXPECT_EQ(co_await ending_of(with_timeout(1s, clean_up_slowly())), ending::failure);
    EXPECT_EQ(elapsed_since(start), 4s) << "it waits until the work has ended";
}

TEST(WithTimeout, RethrowsWhatTheWorkThrowsAfterTheDeadline) {
    simulate(failure_after_the_deadline());
}

task<int> finish_anyway() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
    }
    co_return 5;
}

TEST(WithTimeout, PrefersAResultToTheTimeout) {
    EXPECT_EQ(simulate(with_timeout(1s, finish_anyway())), 5);
}

TEST(WithTimeout, PassesBeforeASleepOfTheSameLengthForItsDeadlineWasArmedFirst) {
    EXPECT_THROW(simulate(with_timeout(1s, sleep_for(1s))), timeout_error);
    EXPECT_NO_THROW(simulate(with_timeout(1s + 1ns, sleep_for(1s))));
}

// Wakes the waiting task, and uses up the turn so that the deadline passes before it is resumed.
task<> set_just_before_the_deadline(event& flag) {
    flag.set();
    simulation().advance(2h);
    while (event_loop::current()->take_budget()) continue;
    co_return;
}

task<> wait_for(event& flag) {
    co_await flag.wait();
}

task<ending> result_and_deadline_together() {
    event flag;
    create_task(set_just_before_the_deadline(flag));
    co_return co_await ending_of(with_timeout(1h, wait_for(flag)));
}

TEST(WithTimeout, GivesAResultThatWasThereWhenTheDeadlinePassed) {
    EXPECT_EQ(simulate(result_and_deadline_together()), ending::value);
}

task<> never_waits(bool& ran) {
    ran = true;
    co_return;
}

TEST(WithTimeout, LetsWorkThatDoesNotWaitHaveNoTimeAtAll) {
    bool ran = false;
    simulate(with_timeout(0s, never_waits(ran)));
    EXPECT_TRUE(ran);
    EXPECT_THROW(simulate(with_timeout(0s, sleep_for(1s))), timeout_error);
    EXPECT_THROW(simulate(with_timeout(-1s, sleep_for(1s))), timeout_error);
}

task<> until_a_time() {
    const time_point start = now();
    EXPECT_EQ(co_await with_deadline(start + 2s, sleep_and_give(1s, 5)), 5);
    EXPECT_EQ(co_await ending_of(with_deadline(start + 2s, sleep_for(1h))), ending::timeout);
    EXPECT_EQ(elapsed_since(start), 2s);
    EXPECT_EQ(co_await ending_of(with_deadline(start + 2s, sleep_for(1h))), ending::timeout);
    EXPECT_EQ(elapsed_since(start), 2s) << "the deadline had passed before";
}

TEST(WithDeadline, CountsByTheLoopsClock) {
    simulate(until_a_time());
}

task<> wait_at_most(duration limit, ending expected) {
    const ending how = co_await ending_of(with_timeout(limit, sleep_for(1h)));
    EXPECT_EQ(how, expected);
    if (how == ending::cancelled) throw cancelled();  // the rule: whoever catches it rethrows it
}

task<> nested() {
    EXPECT_EQ(co_await ending_of(with_timeout(2s, wait_at_most(1s, ending::timeout))),
              ending::value);
    EXPECT_EQ(co_await ending_of(with_timeout(1s, wait_at_most(2s, ending::cancelled))),
              ending::timeout);
}

TEST(WithTimeout, NestsAndEachDeadlineEndsAtItsOwnBoundary) {
    simulate(nested());
}

task<> equal_deadlines() {
    // Both have passed when the work ends: the outer one is the cause.
    EXPECT_EQ(co_await ending_of(with_timeout(1s, with_timeout(1s, sleep_for(1h)))),
              ending::timeout);
    EXPECT_FALSE(is_cancelled());
}

TEST(WithTimeout, ThrowsOnceWhenTwoDeadlinesPassTogether) {
    simulate(equal_deadlines());
}

task<ending> cancel_while_waiting() {
    task_handle<ending> other = create_task(ending_of(with_timeout(2s, sleep_for(1h))));
    co_await sleep(1s);
    other.cancel();
    co_return co_await other;
}

TEST(WithTimeout, IsNoTimeoutWhenTheTaskIsCancelledFromOutside) {
    EXPECT_EQ(simulate(cancel_while_waiting()), ending::cancelled);
}

task<> optional_results() {
    EXPECT_EQ(co_await move_on_after(2s, sleep_and_give(1s, 5)), std::optional(5));
    EXPECT_EQ(co_await move_on_after(1s, sleep_and_give(2s, 5)), std::nullopt);
    EXPECT_TRUE(co_await move_on_after(2s, sleep_for(1s)));
    EXPECT_FALSE(co_await move_on_after(1s, sleep_for(2s)));
    EXPECT_FALSE(is_cancelled());
}

TEST(MoveOnAfter, GivesNothingWhenTimeRunsOut) {
    simulate(optional_results());
}

TEST(MoveOnAfter, RethrowsWhatTheWorkThrows) {
    EXPECT_THROW(simulate(move_on_after(2s, fail_after(1s))), deliberate);
}

task<> move_on_after_an_hour() {
    co_await move_on_after(1h, sleep_for(2h));
}

task<ending> cancel_one_that_would_move_on() {
    task_handle<ending> other = create_task(ending_of(move_on_after_an_hour()));
    co_await sleep(1s);
    other.cancel();
    co_return co_await other;
}

TEST(MoveOnAfter, DoesNotMoveOnWhenTheTaskIsCancelledFromOutside) {
    EXPECT_EQ(simulate(cancel_one_that_would_move_on()), ending::cancelled);
}

task<> shielded_work(bool& finished, bool& went_on) {
    EXPECT_EQ(co_await shield(sleep_and_give(2s, 5)), 5);
    finished = true;
    co_await yield();
    went_on = true;
}

task<> cancel_shielded() {
    const time_point start = now();
    bool finished = false;
    bool went_on = false;
    task_handle<void> other = create_task(shielded_work(finished, went_on));
    co_await sleep(1s);
    other.cancel();
    EXPECT_EQ(co_await ending_of(to_task(sleep_for, 500ms)), ending::value);
    EXPECT_FALSE(other.done());
    co_await sleep(1s);
    EXPECT_TRUE(other.cancelled());
    EXPECT_TRUE(finished);
    EXPECT_FALSE(went_on) << "the cancellation comes at the next suspension point";
    EXPECT_EQ(elapsed_since(start), 2500ms);
}

TEST(Shield, LetsTheWorkFinishAndDeliversTheCancellationAfterwards) {
    simulate(cancel_shielded());
}

task<> timeouts_around_shields() {
    const time_point start = now();
    EXPECT_EQ(co_await with_timeout(1s, shield(sleep_and_give(2s, 5))), 5);
    EXPECT_EQ(elapsed_since(start), 2s);
    EXPECT_EQ(co_await ending_of(shield(with_timeout(1s, sleep_for(2s)))), ending::timeout);
    EXPECT_EQ(elapsed_since(start), 3s);
}

TEST(Shield, HoldsAgainstATimeoutOutsideAndNotAgainstOneInside) {
    simulate(timeouts_around_shields());
}

task<> start_shielded_work_when_cancelled() {
    event_loop::running_task().cancel();
    EXPECT_EQ(co_await shield(sleep_and_give(1s, 5)), 5);
    EXPECT_TRUE(is_cancelled());
}

task<ending> shield_in_a_cancelled_task() {
    co_return co_await ending_of(to_task(start_shielded_work_when_cancelled));
}

TEST(Shield, LetsACancelledTaskCleanUpWithWaits) {
    EXPECT_EQ(simulate(shield_in_a_cancelled_task()), ending::value);
}

TEST(Shield, RethrowsWhatTheWorkThrows) {
    EXPECT_THROW(simulate(shield(fail_after(1s))), deliberate);
}

task<> wait_counted(duration limit, duration time) {
    const counted guard(1);
    try {
        co_await with_timeout(limit, sleep_for(time));
    } catch (const timeout_error&) {
    }
}

TEST(WithTimeout, LeavesNothingBehindWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(wait_counted(1ms, 2ms));
        made.tasks.push_back(wait_counted(2ms, 1ms));
        made.tasks.push_back(wait_counted(1ms, 1ms));
        made.victims = 3;
        made.check = [] {};
        return made;
    });
}

// Sets the flag whatever happens, unless it was cancelled before it started.
task<> set_under_shield(event& flag, bool& started) {
    started = true;
    const counted guard(1);
    co_await shield(sleep_for(1ms));
    flag.set();
    co_await yield();
}

TEST(Shield, FinishesItsWorkWheneverTheTaskIsCancelled) {
    sweep([](simulated_backend&) {
        auto flag = std::make_shared<event>();
        auto started = std::make_shared<bool>(false);
        scenario made;
        made.tasks.push_back(set_under_shield(*flag, *started));
        made.victims = 1;
        made.check = [flag, started] { EXPECT_EQ(flag->is_set(), *started); };
        return made;
    });
}

task<int> give_with_the_longest_time() {
    co_return co_await with_timeout(duration::max(), sleep_and_give(1h, 5));
}

TEST(WithTimeout, TakesTheLongestTimeThereIs) {
    EXPECT_EQ(simulate(give_with_the_longest_time()), 5);
}

}  // namespace
}  // namespace eddy::testing
