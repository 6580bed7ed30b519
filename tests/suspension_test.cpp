#include <eddy/suspension.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <string_view>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

// The smallest awaiter that a user may write: woken by whoever holds it.
class bell final : public suspension {
public:
    bool await_ready() const {
        checkpoint();
        return false;
    }
    void await_suspend(coroutine caller) noexcept { park(caller); }
    void await_resume() { throw_if_interrupted(); }

    void ring() noexcept { wake(); }
    void interrupt() noexcept override { wake_interrupted(); }
    std::string_view what() const noexcept override { return "bell"; }
};

task<> wait_for(bell& wanted) {
    co_await wanted;
}

task<> ring_it() {
    bell wanted;
    task_handle<void> other = create_task(wait_for(wanted));
    co_await sleep(1s);
    EXPECT_EQ(other.control().state, task_state::waiting);
    EXPECT_EQ(other.control().waiting_for, &wanted);
    EXPECT_EQ(other.control().waiting_for->what(), "bell");
    wanted.ring();
    EXPECT_EQ(other.control().state, task_state::ready) << "it only moves to the ready queue";
    co_await other;
}

TEST(Suspension, ParksATaskUntilItIsWoken) {
    simulate(ring_it());
}

task<> interrupt_it() {
    bell wanted;
    task_handle<void> other = create_task(wait_for(wanted));
    co_await sleep(1s);
    other.cancel();
    EXPECT_EQ(other.control().state, task_state::ready);
    co_await yield();
    EXPECT_TRUE(other.cancelled());
}

TEST(Suspension, ThrowsCancelledWhereItWasInterrupted) {
    simulate(interrupt_it());
}

// One that cannot come back early: a cancelled task waits for it all the same.
class stubborn_bell final : public suspension {
public:
    bool await_ready() const {
        checkpoint();
        return false;
    }
    void await_suspend(coroutine caller) noexcept { park(caller); }
    void await_resume() const noexcept {}

    void ring() noexcept { wake(); }
    void interrupt() noexcept override { ++interruptions; }
    std::string_view what() const noexcept override { return "stubborn bell"; }

    int interruptions = 0;
};

task<> wait_for_stubborn(stubborn_bell& wanted, bool& passed) {
    co_await wanted;
    passed = true;
    co_await yield();
    ADD_FAILURE() << "the next suspension point throws";
}

task<> interrupt_a_stubborn_one() {
    stubborn_bell wanted;
    bool passed = false;
    task_handle<void> other = create_task(wait_for_stubborn(wanted, passed));
    co_await sleep(1s);
    other.cancel();
    other.cancel();
    EXPECT_EQ(wanted.interruptions, 1) << "asked once";
    co_await sleep(1s);
    EXPECT_FALSE(other.done());
    wanted.ring();
    co_await yield();
    EXPECT_TRUE(passed);
    EXPECT_TRUE(other.cancelled());
}

TEST(Suspension, MayComeBackAsUsualWhenItIsInterrupted) {
    simulate(interrupt_a_stubborn_one());
}

task<> interrupted_once(bell& wanted, bool& passed) {
    const ending first = co_await ending_of(with_timeout(1s, wait_for(wanted)));
    EXPECT_EQ(first, ending::timeout);
    co_await wanted;
    passed = true;
}

task<> wait_after_a_timeout() {
    bell wanted;
    bool passed = false;
    task_handle<void> other = create_task(interrupted_once(wanted, passed));
    co_await sleep(2s);
    wanted.ring();
    co_await other;
    EXPECT_TRUE(passed);
}

TEST(Suspension, CanBeAwaitedAgainAfterItWasInterrupted) {
    simulate(wait_after_a_timeout());
}

task<> look_at_cancellation() {
    EXPECT_FALSE(is_cancelled());
    EXPECT_NO_THROW(checkpoint());
    event_loop::running_task().cancel();
    EXPECT_TRUE(is_cancelled());
    EXPECT_THROW(checkpoint(), cancelled);
    co_return;
}

TEST(Checkpoint, ThrowsInACancelledTaskAndNowhereElse) {
    simulate(look_at_cancellation());
}

}  // namespace
}  // namespace eddy::testing
