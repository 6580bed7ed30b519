#include <eddy/to_thread.hpp>

#include "support/latch.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace eddy {
namespace {

using std::chrono_literals::operator""s;

TEST(ToThread, CallsOnAnotherThreadAndGivesTheResult) {
    const auto main = []() -> task<std::string> {
        const auto thread = co_await to_thread([] { return std::this_thread::get_id(); });
        EXPECT_NE(thread, std::this_thread::get_id());
        co_return co_await to_thread([](std::string a, int n) { return a + std::to_string(n); },
                                     std::string("a"), 7);
    };
    EXPECT_EQ(run(main), "a7");
}

TEST(ToThread, ThrowsWhatTheCallThrows) {
    const auto main = []() -> task<void> {
        co_await to_thread([] { throw std::runtime_error("broken"); });
    };
    EXPECT_THROW(run(main), std::runtime_error);
}

TEST(ToThread, LetsOtherTasksRunMeanwhile) {
    const auto main = []() -> task<void> {
        testing::latch go(1);
        auto blocking =
            create_task(to_thread([](testing::latch& until) { until.wait(); }, std::ref(go)));
        co_await sleep(0s);
        EXPECT_FALSE(blocking.done());
        go.count_down();
        co_await blocking;
    };
    run(main);
}

TEST(ToThread, RunsSeveralCallsAtOnce) {
    const auto main = []() -> task<int> {
        testing::latch both(2);
        const auto meet = [](testing::latch& with, int value) {
            with.arrive_and_wait();
            return value;
        };
        const auto [a, b] =
            co_await gather(to_thread(meet, std::ref(both), 3), to_thread(meet, std::ref(both), 4));
        co_return a + b;
    };
    EXPECT_EQ(run(main), 7);
}

TEST(ToThread, IsWaitedForByATaskThatIsCancelledMeanwhile) {
    const auto main = []() -> task<void> {
        testing::latch runs(1);
        testing::latch go(1);
        std::atomic<bool> ended = false;
        const auto work = [](testing::latch& started, testing::latch& until,
                             std::atomic<bool>& end) {
            started.count_down();
            until.wait();
            end = true;
        };
        auto waiting = create_task(to_thread(work, std::ref(runs), std::ref(go), std::ref(ended)));
        co_await sleep(0s);
        runs.wait();
        waiting.cancel();
        co_await sleep(0s);
        EXPECT_FALSE(waiting.done());
        go.count_down();
        co_await waiting;
        EXPECT_TRUE(ended) << "the task has ended before the call that uses its things";
    };
    run(main);
}

TEST(ToThread, CanBeLeftBehindByATaskThatIsCancelled) {
    const auto ended = std::make_shared<testing::latch>(1);
    const auto main = [](std::shared_ptr<testing::latch> end) -> task<void> {
        const auto runs = std::make_shared<testing::latch>(1);
        const auto go = std::make_shared<testing::latch>(1);
        using shared_latch = std::shared_ptr<testing::latch>;
        const auto work = [](shared_latch started, shared_latch until, shared_latch at_end) {
            started->count_down();
            until->wait();
            at_end->count_down();
        };
        auto waiting = create_task(to_thread(abandon_on_cancel, work, runs, go, end));
        co_await sleep(0s);
        runs->wait();
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
        go->count_down();
    };
    run(main, ended);
    ended->wait();
}

TEST(ToThread, CallsNothingForATaskThatWasCancelledBefore) {
    const auto main = []() -> task<void> {
        bool called = false;
        const auto call = [](bool& mark) { mark = true; };
        auto waiting = create_task(to_thread(call, std::ref(called)));
        auto leaving = create_task(to_thread(abandon_on_cancel, call, std::ref(called)));
        waiting.cancel();
        leaving.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
        EXPECT_THROW(co_await leaving, task_cancelled);
        EXPECT_FALSE(called);
    };
    run(main);
}

}  // namespace
}  // namespace eddy
