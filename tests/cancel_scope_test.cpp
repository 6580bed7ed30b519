#include <eddy/cancel_scope.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

class open_scope : public nested_scope {
public:
    using nested_scope::nested_scope;
};

task<> nest_scopes() {
    open_scope outer;
    {
        open_scope inner;
        inner.cancel();
        EXPECT_TRUE(is_cancelled());
        EXPECT_THROW(checkpoint(), cancelled);
        EXPECT_FALSE(outer.is_effective());
        EXPECT_TRUE(inner.absorbs_cancellation());
    }
    EXPECT_FALSE(is_cancelled()) << "the cancelled scope has ended";
    co_await yield();
    outer.cancel();
    {
        const open_scope inner;
        EXPECT_TRUE(inner.is_effective()) << "a scope starts as its parent is";
        EXPECT_FALSE(inner.was_cancelled());
        EXPECT_FALSE(inner.absorbs_cancellation());
    }
}

TEST(CancelScope, ConcernsWhatIsInsideAndNothingOutside) {
    simulate(nest_scopes());
}

task<> shielded_scopes() {
    open_scope outer;
    const open_scope shield(true);
    outer.cancel();
    EXPECT_TRUE(outer.is_effective());
    EXPECT_FALSE(shield.is_effective());
    EXPECT_FALSE(is_cancelled());
    co_await sleep(1ms);
    const open_scope inner;
    EXPECT_FALSE(inner.is_effective());
}

TEST(CancelScope, DoesNotReachUnderAShield) {
    simulate(shielded_scopes());
}

task<> cancelled_shield() {
    open_scope shield(true);
    shield.cancel();
    EXPECT_TRUE(shield.is_effective());
    EXPECT_TRUE(is_cancelled());
    EXPECT_TRUE(shield.absorbs_cancellation());
    co_return;
}

TEST(CancelScope, IsEffectiveWhenTheShieldItselfIsCancelled) {
    simulate(cancelled_shield());
}

task<> cancel_both() {
    open_scope outer;
    open_scope inner;
    inner.cancel();
    EXPECT_TRUE(inner.absorbs_cancellation());
    outer.cancel();
    EXPECT_FALSE(inner.absorbs_cancellation()) << "the outer one has it now";
    EXPECT_TRUE(outer.absorbs_cancellation());
    co_return;
}

TEST(CancelScope, LetsCancellationTravelOnWhenAnOuterScopeIsCancelledToo) {
    simulate(cancel_both());
}

task<> sleep_for_ever() {
    co_await sleep(1h);
}

task<> cancel_twice() {
    open_scope scope;
    scope.cancel();
    scope.cancel();
    EXPECT_EQ(co_await ending_of(sleep_for_ever()), ending::cancelled);
}

TEST(CancelScope, CanBeCancelledTwice) {
    simulate(cancel_twice());
}

// `cancel` runs no code of the cancelled task: that comes when the loop resumes it.
task<> note_cancellation(bool& noted) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        noted = true;
        throw;
    }
}

task<> cancel_another() {
    bool noted = false;
    task_handle<void> other = create_task(note_cancellation(noted));
    co_await yield();
    other.cancel();
    EXPECT_FALSE(noted);
    co_await yield();
    EXPECT_TRUE(noted);
}

TEST(CancelScope, RunsNoCodeOfTheCancelledTaskItself) {
    simulate(cancel_another());
}

task<> swallow_with_std_exception(bool& swallowed) {
    try {
        co_await sleep(1h);
    } catch (const std::exception&) {
        swallowed = true;
    }
}

task<> cancel_one_that_catches_exceptions() {
    bool swallowed = false;
    task_handle<void> other = create_task(swallow_with_std_exception(swallowed));
    co_await yield();
    other.cancel();
    co_await yield();
    EXPECT_FALSE(swallowed);
    EXPECT_TRUE(other.cancelled());
}

TEST(CancelScope, CannotBeSwallowedByCatchingStdException) {
    simulate(cancel_one_that_catches_exceptions());
}

// Level-triggered: whoever swallows `cancelled` is told again.
task<int> swallow_and_go_on() {
    int thrown = 0;
    for (int i = 0; i < 5; ++i) {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            ++thrown;
        }
    }
    co_return thrown;
}

task<int> cancel_a_stubborn_one() {
    task_handle<int> other = create_task(swallow_and_go_on());
    co_await yield();
    other.cancel();
    co_return co_await other;
}

TEST(CancelScope, ThrowsAtEverySuspensionPointUntilTheScopeEnds) {
    EXPECT_EQ(simulate(cancel_a_stubborn_one()), 5);
}

task<> nest_deeply(int levels) {
    if (levels == 0) co_await sleep(1h);
    if (levels > 0) co_await with_timeout(2h, nest_deeply(levels - 1));
}

task<ending> cancel_a_deep_tree() {
    task_handle<ending> deep = create_task(ending_of(nest_deeply(20'000)));
    co_await yield();
    deep.cancel();
    co_return co_await deep;
}

TEST(CancelScope, ReachesTheBottomOfADeepTreeOfScopes) {
    EXPECT_EQ(simulate(cancel_a_deep_tree()), ending::cancelled);
}

}  // namespace
}  // namespace eddy::testing
