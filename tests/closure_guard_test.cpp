#include <eddy/closure_guard.hpp>

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/loop_pool.hpp>
#include <eddy/sleep.hpp>
#include <eddy/task_group.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <string>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

static_assert(ends_in_lambda("bool f() [with F = main()::<lambda(int)>]"));
static_assert(ends_in_lambda("bool f() [with F = g(void (*)(int))::<lambda(std::less<int>)>]"));
static_assert(ends_in_lambda("bool f() [F = (lambda at /a/b.cpp:3:4)]"));
static_assert(!ends_in_lambda("bool f() [with F = wrapper<main()::<lambda(int)> >]"));
static_assert(!ends_in_lambda("bool f() [with F = main()::<lambda(int)>::local]"));
static_assert(!ends_in_lambda("bool f() [F = wrapper<(lambda at /a/b.cpp:3:4)>]"));
static_assert(!ends_in_lambda("bool f() [with F = std::function<void(int)>]"));

task<> start_a_called_lambda(int& runs) {
    const auto count = [&runs]() -> task<> {
        ++runs;
        co_return;
    };
    co_await create_task(count());
}

task<> start_a_called_lambda_in_a_group(int& runs) {
    const auto count = [&runs](std::string) -> task<> {
        ++runs;
        co_return;
    };
    co_await with_task_group([&count](task_group& group) -> task<> {
        group.create_task(count("argument"));
        co_return;
    });
}

void run_a_called_lambda_on_another_loop() {
    const int value = 1;
    const auto give = [value]() -> task<int> { co_return value; };
    const loop_pool loops(1);
    EXPECT_EQ(loops.run_on(0, give()).result(), 1);
}

// The lambdas here have names and live long enough, so that nothing is wrong where nobody checks.
TEST(ClosureGuardDeathTest, RefusesToStartTheCallOfALambdaWithCapturesAsATaskOfItsOwn) {
    int runs = 0;
    EXPECT_DEBUG_DEATH(simulate(start_a_called_lambda(runs)), "hand over the lambda");
    EXPECT_DEBUG_DEATH(simulate(start_a_called_lambda_in_a_group(runs)), "create_task\\(f, x\\)");
    EXPECT_DEBUG_DEATH(run_a_called_lambda_on_another_loop(), "hand over the lambda");
}

template <class T>
task<> start_a_called_generic_lambda(T value) {
    const auto take = [value](auto other) -> task<T> { co_return value + other; };
    EXPECT_EQ(co_await create_task(take(value)), value + value);
}

TEST(ClosureGuardDeathTest, KnowsGenericLambdasInTemplates) {
    EXPECT_DEBUG_DEATH(simulate(start_a_called_generic_lambda(1)), "hand over the lambda");
    EXPECT_DEBUG_DEATH(simulate(start_a_called_generic_lambda(std::string("a"))),
                       "hand over the lambda");
}

task<> hand_over_lambdas(int& runs) {
    const auto count = [&runs](int by) -> task<> {
        co_await yield();
        runs += by;
    };
    co_await create_task(count, 1);
    co_await gather([&runs]() -> task<> {
        ++runs;
        co_return;
    });
    co_await with_task_group([&count](task_group& group) -> task<> {
        group.create_task(count, 1);
        co_return;
    });
    EXPECT_EQ(runs, 3);
}

TEST(ClosureGuard, LetsLambdasPassThatAreHandedOver) {
    int runs = 0;
    simulate(hand_over_lambdas(runs));
}

task<> await_calls_of_lambdas(int& runs) {
    co_await [&runs]() -> task<> {
        co_await yield();
        ++runs;
    }();
    const auto count = [&runs](int by) -> task<> {
        co_await yield();
        runs += by;
    };
    co_await count(1);
    co_await gather(count(1), with_timeout(1s, count(1)));
    EXPECT_EQ(runs, 4);
}

TEST(ClosureGuard, LetsCallsPassThatAreAwaitedWhereTheyStand) {
    int runs = 0;
    simulate(await_calls_of_lambdas(runs));
}

// Classes whose objects live long enough by themselves, one of them with a lambda inside.
struct counter {
    task<> count() {
        ++value;
        co_return;
    }

    int value = 0;
};

template <class F>
struct caller {
    task<> call() {
        f();
        co_return;
    }

    F f;
};
template <class F>
caller(F) -> caller<F>;

template <class F>
task<> call_kept(F f) {
    f();
    co_return;
}

task<> start_what_is_no_lambda_with_captures() {
    counter named;
    co_await create_task(named.count());
    caller caller_of_lambda{[&named] { ++named.value; }};
    co_await create_task(caller_of_lambda.call());
    const auto count = [&named] { ++named.value; };
    co_await create_task(call_kept(count));
    co_await create_task([](counter* of) -> task<> { co_await of->count(); }(&named));
    co_await create_task([](counter& of) -> task<> { co_await of.count(); }(named));
    EXPECT_EQ(named.value, 5);
}

TEST(ClosureGuard, MindsNeitherMemberFunctionsNorLambdasWithoutCaptures) {
    simulate(start_what_is_no_lambda_with_captures());
}

}  // namespace
}  // namespace eddy::testing
