#include <eddy/race.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

template <class T>
task<T> give_after(duration time, T value) {
    const counted guard(1);
    co_await sleep(time);
    co_return value;
}

task<> sleep_for(duration time) {
    co_await sleep(time);
}

task<int> fail_after(duration time) {
    co_await sleep(time);
    throw deliberate("a runner fell");
}

task<> race_of_two_types() {
    const time_point start = event_loop::current()->kernel().now();
    const std::variant<int, std::string> winner =
        co_await race(give_after(2s, 1), give_after(1s, std::string("fast")));
    EXPECT_EQ(std::get<1>(winner), "fast");
    EXPECT_EQ(elapsed_since(start), 1s);
    EXPECT_EQ(counted::alive(), 0U) << "the loser has ended";
}

TEST(Race, GivesTheResultOfTheFirstAndEndsTheOthers) {
    simulate(race_of_two_types());
}

task<> race_of_one_type() {
    const auto by_place = co_await race(give_after(1s, 1), give_after(2s, 2), give_after(3s, 3));
    EXPECT_EQ(by_place.index(), 0U);
    EXPECT_EQ(std::get<0>(by_place), 1);
    const auto against_nothing = co_await race(give_after(2s, 1), sleep_for(1s));
    EXPECT_EQ(against_nothing.index(), 1U);
}

TEST(Race, TellsWhichOneItWas) {
    simulate(race_of_one_type());
}

task<> race_of_a_range() {
    std::vector<task<int>> runners;
    for (const int seconds : {3, 1, 2}) {
        runners.push_back(give_after(std::chrono::seconds(seconds), seconds * 10));
    }
    const auto [place, result] = co_await race(std::move(runners));
    EXPECT_EQ(place, 1U);
    EXPECT_EQ(result, 10);
    EXPECT_EQ(counted::alive(), 0U);
}

TEST(Race, TakesARangeAndGivesTheWinnersPlaceInIt) {
    simulate(race_of_a_range());
}

task<> race_of_callables() {
    const auto text = std::make_shared<std::string>("kept");
    const auto slow = [text]() -> task<std::string> {
        co_await sleep(1s);
        co_return *text;
    };
    const auto winner = co_await race(slow, sleep_for(1h));
    EXPECT_EQ(std::get<0>(winner), "kept");
}

TEST(Race, TakesCallablesAndKeepsThem) {
    simulate(race_of_callables());
}

task<> race_with_an_early_failure() {
    co_await race(give_after(2s, 1), fail_after(1s));
}

task<> race_with_a_late_failure() {
    const auto winner = co_await race(give_after(1s, 1), fail_after(2s));
    EXPECT_EQ(std::get<0>(winner), 1);
}

TEST(Race, IsLostByAllWhenTheFirstToEndHasFailed) {
    EXPECT_EQ(simulate(ending_of(race_with_an_early_failure())), ending::failure);
    simulate(race_with_a_late_failure());
}

task<int> fail_when_cancelled() {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        throw deliberate("while it cleaned up");
    }
    co_return 1;
}

task<> race_against_a_bad_loser() {
    const auto winner = co_await race(give_after(1s, 1), fail_when_cancelled());
    EXPECT_EQ(winner.index(), 0U);
}

TEST(Race, IgnoresHowTheLosersEnd) {
    simulate(race_against_a_bad_loser());
}

task<> finish_shielded() {
    co_await shield(sleep_for(5s));
}

task<> race_against_a_slow_loser() {
    const time_point start = event_loop::current()->kernel().now();
    co_await race(sleep_for(1s), finish_shielded());
    EXPECT_EQ(elapsed_since(start), 5s);
}

TEST(Race, WaitsUntilTheLosersHaveEnded) {
    simulate(race_against_a_slow_loser());
}

task<> race_for_long() {
    co_await race(give_after(1h, 1), give_after(2h, 2));
}

task<ending> cancel_race() {
    task_handle<ending> racing = create_task(ending_of(race_for_long()));
    co_await sleep(1s);
    racing.cancel();
    co_return co_await racing;
}

TEST(Race, IsCancelledWithAllWhoRun) {
    EXPECT_EQ(simulate(cancel_race()), ending::cancelled);
    EXPECT_EQ(counted::alive(), 0U);
}

task<> race_of_short_runs() {
    co_await race(give_after(1ms, 1), give_after(1ms, 2), give_after(2ms, 3));
}

task<> race_of_races() {
    co_await race(race_of_short_runs(), race_of_short_runs(), sleep_for(1h));
}

TEST(Race, LeavesNobodyRunningWheneverItIsCancelled) {
    sweep([](simulated_backend&) {
        scenario made;
        made.tasks.push_back(race_of_short_runs());
        made.tasks.push_back(race_of_races());
        made.victims = 2;
        made.check = [] { EXPECT_EQ(counted::alive(), 0U); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
