#include <eddy/signal_watch.hpp>

#include "support/cancel_sweep.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/user_signals.hpp"

#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

const std::vector<int> two_signals{one_signal, another_signal};

task<> raise_later(int number) {
    co_await sleep(1ms);
    std::raise(number);
}

task<> wait_for_two() {
    signal_watch watch(two_signals);
    create_task(raise_later(another_signal));
    EXPECT_EQ(co_await watch.next(), another_signal);
    create_task(raise_later(one_signal));
    EXPECT_EQ(co_await watch.next(), one_signal);
}

TEST(SignalWatch, WakesItsTaskWhenASignalComes) {
    simulate(wait_for_two());
    run(wait_for_two());
}

task<> wait_for(signal_watch& watch) {
    co_await watch.next();
}

task<> raise_before() {
    signal_watch watch(two_signals);
    std::raise(another_signal);
    std::raise(one_signal);
    std::raise(one_signal);
    co_await yield();
    EXPECT_EQ(co_await watch.next(), one_signal);
    EXPECT_EQ(co_await watch.next(), another_signal);
    task_handle<ending> third = create_task(ending_of(wait_for(watch)));
    co_await sleep(1s);
    EXPECT_FALSE(third.done()) << "the same signal counts once";
    third.cancel();
    EXPECT_EQ(co_await third, ending::cancelled);
}

TEST(SignalWatch, KeepsSignalsThatComeWhileNobodyWaits) {
    simulate(raise_before());
}

task<> raise_in_a_thread() {
    signal_watch watch(two_signals);
    std::thread other([] { std::raise(one_signal); });
    EXPECT_EQ(co_await watch.next(), one_signal);
    other.join();
}

TEST(SignalWatch, WakesALoopThatSleepsInTheKernel) {
    run(raise_in_a_thread());
}

task<> catch_and_release() {
    {
        const signal_watch watch(two_signals);
        EXPECT_FALSE(has_default_effect(one_signal));
        std::raise(one_signal);
    }
    EXPECT_TRUE(has_default_effect(one_signal));
    EXPECT_TRUE(has_default_effect(another_signal));
    co_await sleep(1s);
}

TEST(SignalWatch, GivesTheSignalsBackAtItsEnd) {
    simulate(catch_and_release());
}

task<> destroy_with_a_signal_posted() {
    std::optional<signal_watch> watch(two_signals);
    bool others_ran = false;
    event_loop::current()->post([&others_ran] { others_ran = true; });
    std::raise(one_signal);
    watch.reset();
    EXPECT_FALSE(others_ran) << "inside this task";
    co_await sleep(1ms);
    EXPECT_TRUE(others_ran);
}

TEST(SignalWatch, LeavesAtItsEndWhatItAndOthersHavePosted) {
    simulate(destroy_with_a_signal_posted());
}

task<> destroy_from_a_posted_function() {
    auto watch = std::make_unique<signal_watch>(two_signals);
    event_loop::current()->post([&watch] { watch.reset(); });
    std::raise(one_signal);
    co_await sleep(1ms);
    EXPECT_EQ(watch, nullptr);
}

TEST(SignalWatch, CanBeDestroyedByWhatIsPostedBeforeItsSignal) {
    simulate(destroy_from_a_posted_function());
}

task<> watch_twice() {
    const signal_watch watch(two_signals);
    const std::vector<int> overlapping{third_signal, another_signal};
    EXPECT_THROW(signal_watch{overlapping}, std::system_error);
    EXPECT_TRUE(has_default_effect(third_signal)) << "the failed watch keeps nothing";
    EXPECT_FALSE(has_default_effect(another_signal)) << "and takes nothing from the first";
    co_return;
}

TEST(SignalWatch, RefusesASignalThatIsWatchedAlready) {
    simulate(watch_twice());
}

task<> wait_for_one() {
    EXPECT_EQ(co_await next_signal(one_signal), one_signal);
    EXPECT_TRUE(has_default_effect(one_signal));
}

task<> wait_for_next_signal() {
    task_handle<void> waiting = create_task(wait_for_one());
    co_await yield();
    EXPECT_FALSE(has_default_effect(one_signal));
    std::raise(one_signal);
    co_await waiting;
}

TEST(NextSignal, CatchesASignalWhileItWaits) {
    simulate(wait_for_next_signal());
}

task<int> wait_for_signal() {
    co_return co_await next_signal(one_signal);
}

task<> cancel_next_signal() {
    task_handle<int> waiting = create_task(wait_for_signal());
    co_await sleep(1s);
    waiting.cancel();
    co_await sleep(1s);
    EXPECT_TRUE(waiting.cancelled());
    EXPECT_TRUE(has_default_effect(one_signal));
}

TEST(NextSignal, CanBeCancelled) {
    simulate(cancel_next_signal());
}

task<> wait_for_both(std::shared_ptr<std::optional<signal_watch>> watch) {
    watch->emplace(two_signals);
    co_await (*watch)->next();
    co_await (*watch)->next();
}

// Raises them only while they are caught: they end the process otherwise.
task<> raise_both(std::shared_ptr<std::optional<signal_watch>> watch) {
    for (const int number : two_signals) {
        co_await sleep(1ms);
        if (*watch) std::raise(number);
    }
}

TEST(SignalWatch, LosesNoSignalWheneverItsTaskIsCancelled) {
    sweep([](simulated_backend&) {
        const auto watch = std::make_shared<std::optional<signal_watch>>();
        scenario made;
        made.tasks.push_back(wait_for_both(watch));
        made.tasks.push_back(raise_both(watch));
        made.victims = 1;
        made.check = [watch] { watch->reset(); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
