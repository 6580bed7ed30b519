#include <eddy/coroutine.hpp>

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <string>

namespace eddy::testing {
namespace {

TEST(Coroutine, IsNoneAtFirst) {
    EXPECT_FALSE(coroutine());
}

// Where the innermost coroutine of another task stands, and those that await it.
std::vector<unsigned> lines_of(const task_control& other) {
    std::vector<unsigned> lines;
    for (coroutine at = coroutine::from(other.resume_at); at; at = at.promise().awaited_by)
        lines.push_back(at.promise().awaiting_at.line());
    return lines;
}

task<> inner() {
    co_await sleep(std::chrono::seconds(1));
}
constexpr unsigned line_in_inner = __LINE__ - 2;

task<> outer() {
    co_await inner();
}
constexpr unsigned line_in_outer = __LINE__ - 2;

task<std::vector<unsigned>> look_at_a_waiting_task() {
    task_handle<void> other = create_task(outer());
    co_await yield();
    co_return lines_of(other.control());
}

TEST(Coroutine, KnowsWhereItAwaitsAndWhoAwaitsIt) {
    EXPECT_EQ(simulate(look_at_a_waiting_task()),
              (std::vector<unsigned>{line_in_inner, line_in_outer}));
}

// An awaiter of the user's own, which is no part of any list of ours.
struct ready_made {
    bool await_ready() const noexcept { return true; }
    void await_suspend(coroutine) const noexcept {}
    int await_resume() const noexcept { return 42; }
};

struct with_operator {
    ready_made operator co_await() const noexcept { return {}; }
};

task<int> await_plain_awaiters() {
    ready_made named;
    const int first = co_await named;
    const int second = co_await ready_made();
    const int third = co_await with_operator();
    co_return first + second + third;
}

TEST(Coroutine, AwaitsAwaitersThatStandInAVariableOrAreMadeOnTheSpot) {
    EXPECT_EQ(simulate(await_plain_awaiters()), 3 * 42);
}

struct refuses_to_suspend : ready_made {
    bool await_ready() const noexcept { return false; }
    bool await_suspend(coroutine) const noexcept { return false; }
};

task<int> await_one_that_changes_its_mind() {
    co_return co_await refuses_to_suspend();
}

TEST(Coroutine, GoesOnAtOnceWhenTheAwaiterDoesNotSuspendAfterAll) {
    EXPECT_EQ(simulate(await_one_that_changes_its_mind()), 42);
}

struct throws_when_asked : ready_made {
    bool await_ready() const { throw std::runtime_error("not today"); }
};

task<std::string> await_one_that_throws() {
    try {
        co_await throws_when_asked();
    } catch (const std::runtime_error& error) {
        co_return error.what();
    }
    co_return "";
}

TEST(Coroutine, SeesTheExceptionOfAnAwaiterAtItsOwnAwait) {
    EXPECT_EQ(simulate(await_one_that_throws()), "not today");
}

}  // namespace
}  // namespace eddy::testing
