#include <eddy/run.hpp>

#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/environment_variable.hpp"
#include "support/user_signals.hpp"

#include <eddy/signal_watch.hpp>
#include <eddy/signals.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <csignal>
#include <string>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<int> give(int value) {
    co_await yield();
    co_return value;
}

task<> fail() {
    co_await yield();
    throw deliberate("the main task failed");
}

TEST(Run, GivesTheResultOfItsTaskOrThrowsItsException) {
    EXPECT_EQ(run(give(5)), 5);
    EXPECT_THROW(run(fail()), deliberate);
}

TEST(Run, TakesACallableWithItsArguments) {
    EXPECT_EQ(run(give, 5), 5);
    const std::string text = "captured";
    EXPECT_EQ(run(
                  [text](int more) -> task<std::size_t> {
                      co_return text.size() + static_cast<std::size_t>(co_await give(more));
                  },
                  2),
              10U);
}

task<std::string> ask_for_backend() {
    co_return std::string(event_loop::current()->backend_name());
}

TEST(Run, TakesTheBackendThatTheVariableNames) {
    environment_variable variable("EDDY_BACKEND");
    EXPECT_EQ(run(ask_for_backend()), make_backend().chosen->name());
    const std::string_view last = backend_names().back();
    variable.set(last);
    EXPECT_EQ(run(ask_for_backend()), last);
}

task<> sleep_guarded() {
    const counted guard(1);
    co_await sleep(1h);
}

task<> leave_tasks_behind() {
    for (int i = 0; i < 10; ++i) create_task(sleep_guarded());
    co_await yield();
    EXPECT_EQ(counted::alive(), 10U);
}

TEST(Run, CancelsAndAwaitsTheTasksThatAreLeft) {
    run(leave_tasks_behind());
    EXPECT_EQ(counted::alive(), 0U);
}

TEST(Run, CanBeCalledOneAfterTheOtherAndInsideOfItself) {
    const auto nested = []() -> task<int> { co_return run(give(5)) + co_await give(1); };
    EXPECT_EQ(run(nested), 6);
    EXPECT_EQ(run(nested), 6);
}

task<> raise_ctrl_c(bool& cleaned_up) {
    try {
        std::raise(SIGINT);
        co_await sleep(1h);
    } catch (const cancelled&) {
        cleaned_up = true;
        throw;
    }
}

TEST(Run, CancelsItsTaskOnCtrlCAndSaysSo) {
    bool cleaned_up = false;
    EXPECT_THROW(run(raise_ctrl_c(cleaned_up)), keyboard_interrupt);
    EXPECT_TRUE(cleaned_up);
}

task<int> finish_in_spite_of_ctrl_c() {
    try {
        std::raise(SIGINT);
        co_await sleep(1h);
    } catch (const cancelled&) {
    }
    co_return 5;
}

TEST(Run, GivesTheResultOfATaskThatFinishesInSpiteOfCtrlC) {
    EXPECT_EQ(run(finish_in_spite_of_ctrl_c()), 5);
}

task<> ignore_ctrl_c() {
    for (;;) {
        try {
            std::raise(SIGINT);
            co_await sleep(1h);
        } catch (const cancelled&) {
        }
    }
}

task<int> watch_for_ctrl_c() {
    int caught = 0;
    {
        signal_watch watch({SIGINT, SIGTERM});
        std::raise(SIGINT);
        caught = co_await watch.next();
        std::raise(SIGINT);
    }
    co_return caught;
}

TEST(Run, LeavesCtrlCToATaskThatWatchesForIt) {
    EXPECT_EQ(run(watch_for_ctrl_c()), SIGINT);
}

task<> watch_for_a_while() {
    {
        const signal_watch watch({SIGINT});
    }
    std::raise(SIGINT);
    co_await sleep(1h);
}

TEST(Run, HasCtrlCAgainAfterATaskHasWatchedForIt) {
    EXPECT_THROW(run(watch_for_a_while()), keyboard_interrupt);
}

TEST(RunDeathTest, LetsASecondCtrlCEndTheProcess) {
    EXPECT_EXIT(run(ignore_ctrl_c()), ended_by(SIGINT), "");
}

TEST(Run, HandsCtrlCBackAtItsEnd) {
    EXPECT_EQ(run(give(5)), 5);
    EXPECT_TRUE(has_default_effect(SIGINT));
}

volatile std::sig_atomic_t own_calls = 0;

task<int> raise_and_go_on() {
    std::raise(SIGINT);
    co_await yield();
    co_return own_calls;
}

TEST(Run, LeavesCtrlCToAProgramThatHandlesItItself) {
    const auto before = std::signal(SIGINT, [](int) { own_calls = own_calls + 1; });
    EXPECT_EQ(run(raise_and_go_on()), 1);
    std::signal(SIGINT, before);
}

}  // namespace
}  // namespace eddy::testing
