#include <eddy/future_awaiter.hpp>

#include "support/cancel_sweep.hpp"
#include "support/latch.hpp"

#include <eddy/completer.hpp>
#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace eddy {
namespace {

using namespace std::chrono_literals;

TEST(FutureAwaiter, ParksTheTaskUntilAnotherThreadHasFinishedIt) {
    const auto main = []() -> task<int> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::thread thread([&producer] { producer.set_result(7); });
        const int value = co_await result;
        thread.join();
        co_return value;
    };
    EXPECT_EQ(run(main), 7);
}

TEST(FutureAwaiter, ThrowsItsException) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::thread thread([&producer] {
            producer.set_exception(std::make_exception_ptr(std::runtime_error("broken")));
        });
        thread.join();
        co_await result;
    };
    EXPECT_THROW(run(main), std::runtime_error);
}

TEST(FutureAwaiter, ThatSomebodyElseCancelsThrowsTaskCancelled) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::thread thread([&result] { result.cancel(); });
        thread.join();
        co_await result;
    };
    EXPECT_THROW(run(main), task_cancelled);
}

TEST(FutureAwaiter, LetsOthersRunThoughItIsAlwaysDone) {
    const auto main = []() -> task<int> {
        bool other_ran = false;
        auto other = create_task(
            [](bool& ran) -> task<void> {
                ran = true;
                co_return;
            },
            std::ref(other_ran));
        int awaited = 0;
        while (!other_ran) {
            completer<int> producer;
            future<int> result = producer.get_future();
            producer.set_result(1);
            awaited += co_await result;
        }
        co_await other;
        co_return awaited;
    };
    EXPECT_GT(run(main), 0);
}

task<void> await_into(future<int>& awaited, std::string& log) {
    try {
        log += std::to_string(co_await awaited);
        co_await sleep(0s);
        log += ", went on";
    } catch (const cancelled&) {
        log += ", cancelled";
        throw;
    }
}

TEST(FutureAwaiter, IsCancelledWithTheTaskIfTheWorkHasNotStarted) {
    const auto main = []() -> task<std::string> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::string log;
        bool called_back = false;
        result.on_done([&called_back] { called_back = true; });
        auto waiting = create_task(await_into(result, log));
        co_await sleep(0s);
        waiting.cancel();
        EXPECT_FALSE(called_back) << "cancelling a task ran user code";
        EXPECT_THROW(co_await waiting, task_cancelled);
        EXPECT_TRUE(result.cancelled());
        EXPECT_TRUE(called_back);
        co_return log;
    };
    EXPECT_EQ(run(main), ", cancelled");
}

TEST(FutureAwaiter, IsWaitedForByACancelledTaskIfTheWorkRuns) {
    const auto main = []() -> task<std::string> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::string log;
        producer.start();
        auto waiting = create_task(await_into(result, log));
        co_await sleep(0s);
        waiting.cancel();
        co_await sleep(0s);
        EXPECT_FALSE(waiting.done());
        std::thread thread([&producer] { producer.set_result(7); });
        EXPECT_THROW(co_await waiting, task_cancelled);
        thread.join();
        co_return log;
    };
    EXPECT_EQ(run(main), "7, cancelled") << "the result must arrive, and the cancellation after it";
}

TEST(FutureAwaiter, OfACancelledTaskIsNotLeftRunningUnseen) {
    const auto main = []() -> task<std::string> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::string log;
        producer.start();
        auto waiting = create_task(await_into(result, log));
        waiting.cancel();  // before it has started to wait
        co_await sleep(0s);
        EXPECT_FALSE(waiting.done());
        producer.set_result(7);
        EXPECT_THROW(co_await waiting, task_cancelled);
        co_return log;
    };
    EXPECT_EQ(run(main), ", cancelled");
}

task<void> await_or_abandon(future<int> awaited) {
    co_await awaited.or_abandon();
}

TEST(FutureAwaiter, CanBeAbandonedByACancelledTask) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        producer.start();
        auto waiting = create_task(await_or_abandon(producer.get_future()));
        co_await sleep(0s);
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
        producer.set_result(7);  // nobody is there any more
    };
    run(main);
}

TEST(FutureAwaiter, IsAbandonedByATaskThatWasCancelledBefore) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        producer.start();
        auto waiting = create_task(await_or_abandon(producer.get_future()));
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
    };
    run(main);
}

// The completing thread and the loop meet at every possible moment; the sanitizers watch.
template <class Await>
void race_completion_with_cancellation(Await await) {
    for (int round = 0; round < 300; ++round) {
        const auto main = [](Await wait_for) -> task<void> {
            completer<int> producer;
            auto waiting = create_task(wait_for(producer.get_future()));
            co_await sleep(0s);
            testing::latch both(2);
            std::thread thread([&producer, &both] {
                both.arrive_and_wait();
                if (producer.start()) producer.set_result(7);
            });
            both.arrive_and_wait();
            waiting.cancel();
            try {
                co_await waiting;
            } catch (const task_cancelled&) {
            }
            thread.join();
        };
        run(main, await);
    }
}

TEST(FutureAwaiter, SurvivesThatItIsFinishedAndItsTaskCancelledAtOnce) {
    race_completion_with_cancellation([](future<int> awaited) -> task<void> { co_await awaited; });
}

TEST(FutureAwaiter, SurvivesThatItIsFinishedAndAbandonedAtOnce) {
    race_completion_with_cancellation(await_or_abandon);
}

struct shared_work {
    completer<int> producer;
    future<int> result = producer.get_future();
};

task<> await_work(std::shared_ptr<shared_work> work) {
    EXPECT_EQ(co_await work->result, 7);
}

task<> compute() {
    co_await sleep(1ms);
}

// Work that runs is not interrupted.
task<> do_work(std::shared_ptr<shared_work> work) {
    co_await sleep(1ms);
    if (!work->producer.start()) co_return;
    co_await shield(compute());
    work->producer.set_result(7);
}

TEST(FutureAwaiter, EndsItsTaskWheneverThatIsCancelled) {
    testing::sweep([](testing::simulated_backend&) {
        const auto work = std::make_shared<shared_work>();
        testing::scenario made;
        made.tasks.push_back(await_work(work));
        made.tasks.push_back(do_work(work));
        made.victims = 1;
        made.check = [] {};
        return made;
    });
}

TEST(FutureAwaiter, LetsTheLoopEndRightAfterItIsFinished) {
    for (int round = 0; round < 300; ++round) {
        completer<int> producer;
        std::thread thread;
        const auto main = [](completer<int>& finished, std::thread& by) -> task<int> {
            future<int> result = finished.get_future();
            by = std::thread([&finished] { finished.set_result(7); });
            co_return co_await result;
        };
        EXPECT_EQ(run(main, std::ref(producer), std::ref(thread)), 7);
        thread.join();
    }
}

}  // namespace
}  // namespace eddy
