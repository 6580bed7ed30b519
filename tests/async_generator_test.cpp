#include <eddy/async_generator.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using numbers = std::vector<int>;

async_generator<int> count_to(int end) {
    for (int i = 1; i <= end; ++i) co_yield i;
}

async_generator<int> count_slowly_to(int end) {
    const counted guard(end);
    for (int i = 1; i <= end; ++i) {
        co_await sleep(1ms);
        co_yield int(i);
    }
}

task<numbers> collect(async_generator<int> from) {
    numbers got;
    while (const std::optional<int> value = co_await from.next()) got.push_back(*value);
    EXPECT_FALSE(co_await from.next()) << "it stays at its end";
    co_return got;
}

TEST(AsyncGenerator, GivesItsValuesInOrderAndThenNone) {
    EXPECT_THAT(simulate(collect(count_to(4))), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(simulate(collect(count_to(0))), ElementsAre());
}

TEST(AsyncGenerator, MayAwaitBetweenItsValues) {
    EXPECT_THAT(simulate(collect(count_slowly_to(3))), ElementsAre(1, 2, 3));
}

async_generator<int> note_progress(int& at) {
    for (at = 1;; ++at) co_yield at;
}

task<> ask_twice() {
    int at = 0;
    async_generator<int> endless = note_progress(at);
    EXPECT_EQ(at, 0) << "nothing runs before the first value is asked for";
    EXPECT_EQ(co_await endless.next(), std::optional(1));
    EXPECT_EQ(co_await endless.next(), std::optional(2));
    co_await sleep(1s);
    EXPECT_EQ(at, 2) << "it does not run ahead";
}

TEST(AsyncGenerator, RunsOnlyWhenItIsAsked) {
    simulate(ask_twice());
}

async_generator<std::unique_ptr<std::string>> make_words() {
    co_yield std::make_unique<std::string>("one");
    auto two = std::make_unique<std::string>("two");
    co_yield std::move(two);
}

task<> take_words() {
    async_generator<std::unique_ptr<std::string>> words = make_words();
    EXPECT_EQ(**co_await words.next(), "one");
    EXPECT_EQ(**co_await words.next(), "two");
    EXPECT_FALSE(co_await words.next());
}

TEST(AsyncGenerator, GivesValuesThatCanOnlyBeMoved) {
    simulate(take_words());
}

async_generator<std::string> repeat(std::string text) {
    co_yield text;
    co_yield text;
}

task<> take_twice() {
    async_generator<std::string> echo = repeat("a text that is too long to be stored in place");
    const std::optional<std::string> first = co_await echo.next();
    EXPECT_EQ(co_await echo.next(), first);
}

TEST(AsyncGenerator, KeepsAVariableThatItYieldsACopyOf) {
    simulate(take_twice());
}

async_generator<int> fail_after_one() {
    co_yield 1;
    co_await yield();
    throw deliberate("the generator failed");
}

task<int> take_next(async_generator<int>& from) {
    const std::optional<int> value = co_await from.next();
    co_return value.value_or(-1);
}

task<> take_from_failing() {
    async_generator<int> failing = fail_after_one();
    EXPECT_EQ(co_await take_next(failing), 1);
    EXPECT_EQ(co_await ending_of(take_next(failing)), ending::failure);
    EXPECT_EQ(co_await take_next(failing), -1) << "it has ended";
}

TEST(AsyncGenerator, ThrowsItsExceptionOnceAndHasEndedThen) {
    simulate(take_from_failing());
}

task<> leave_early() {
    {
        async_generator<int> values = count_slowly_to(5);
        co_await values.next();
        EXPECT_EQ(counted::alive(), 1U);
    }
    EXPECT_EQ(counted::alive(), 0U);
}

TEST(AsyncGenerator, DestroysWhatItHoldsWhenItIsLeftBeforeItsEnd) {
    simulate(leave_early());
}

task<> move_around() {
    async_generator<int> first = count_to(3);
    co_await first.next();
    async_generator<int> second = std::move(first);
    EXPECT_EQ(co_await second.next(), std::optional(2));
    async_generator<int> third = count_to(1);
    third = std::move(second);
    EXPECT_EQ(co_await third.next(), std::optional(3));
}

TEST(AsyncGenerator, GoesOnWhereItWasWhenItIsMoved) {
    simulate(move_around());
}

async_generator<int> squares(async_generator<int> of) {
    while (const std::optional<int> value = co_await of.next()) co_yield *value** value;
}

TEST(AsyncGenerator, CanTakeItsValuesFromAnother) {
    EXPECT_THAT(simulate(collect(squares(count_slowly_to(4)))), ElementsAre(1, 4, 9, 16));
}

task<std::int64_t> sum(async_generator<int> of) {
    std::int64_t total = 0;
    while (const std::optional<int> value = co_await of.next()) total += *value;
    co_return total;
}

TEST(AsyncGenerator, GivesAMillionValuesWithoutGrowingTheStack) {
    EXPECT_EQ(simulate(sum(count_to(1'000'000))), 500'000'500'000);
}

async_generator<int> count_under_lock(std::shared_ptr<lock> shared, int end) {
    for (int i = 0; i < end; ++i) {
        const lock::guard held = co_await shared->acquire();
        co_await sleep(10us);
        co_yield i;
    }
}

task<> consume(std::shared_ptr<lock> shared) {
    const counted guard(1);
    async_generator<int> values = count_under_lock(shared, 3);
    int expected = 0;
    while (const std::optional<int> value = co_await values.next()) {
        EXPECT_EQ(*value, expected++);
        co_await yield();
    }
    EXPECT_EQ(expected, 3);
}

TEST(AsyncGenerator, GivesBackWhatItHoldsWheneverItsConsumerIsCancelled) {
    sweep([](simulated_backend&) {
        auto shared = std::make_shared<lock>();
        scenario made;
        for (int i = 0; i < 3; ++i) made.tasks.push_back(consume(shared));
        made.victims = 3;
        made.check = [shared] {
            EXPECT_FALSE(shared->is_held());
            EXPECT_EQ(counted::alive(), 0U);
        };
        return made;
    });
}

async_generator<int> give_after_a_wait() {
    co_await sleep(1s);
    co_yield 1;
}

task<> ask_from_two_tasks() {
    async_generator<int> values = give_after_a_wait();
    const auto ask = [&values]() -> task<> {
        const std::optional<int> value = co_await values.next();
        EXPECT_EQ(value, 1);
    };
    co_await gather(ask, ask);
}

TEST(AsyncGeneratorDeathTest, SeesTwoTasksThatAskAtTheSameTime) {
    if (!asserts_are_on) GTEST_SKIP() << "nothing checks it in this build";
    EXPECT_DEATH(simulate(ask_from_two_tasks()), "one task may ask");
}

}  // namespace
}  // namespace eddy::testing
