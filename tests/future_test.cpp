#include <eddy/future.hpp>

#include "support/cancel_sweep.hpp"

#include <eddy/completer.hpp>
#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace eddy {
namespace {

using namespace std::chrono_literals;

std::exception_ptr error_saying(const char* what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

// Blocking -------------------------------------------------------------------------------------

TEST(Future, GivesTheResultThatAnotherThreadSets) {
    completer<std::string> producer;
    future<std::string> result = producer.get_future();
    std::thread thread([&producer] { producer.set_result("done"); });
    EXPECT_EQ(result.result(), "done");
    thread.join();
}

TEST(Future, ThrowsTheExceptionThatAnotherThreadSets) {
    completer<int> producer;
    future<int> result = producer.get_future();
    std::thread thread([&producer] { producer.set_exception(error_saying("broken")); });
    EXPECT_THROW(result.result(), std::runtime_error);
    EXPECT_NE(result.exception(), nullptr);
    thread.join();
}

TEST(Future, HasNoExceptionIfItHasAResult) {
    completer<void> producer;
    future<void> result = producer.get_future();
    producer.set_result();
    EXPECT_EQ(result.exception(), nullptr);
    result.result();
}

TEST(Future, CarriesWhatCanOnlyBeMoved) {
    completer<std::unique_ptr<int>> producer;
    future<std::unique_ptr<int>> result = producer.get_future();
    producer.set_result(std::make_unique<int>(7));
    EXPECT_EQ(*result.result(), 7);
}

TEST(Future, ThrowsTimeoutErrorIfTheResultIsLateAndGivesItAllTheSame) {
    completer<int> producer;
    future<int> result = producer.get_future();
    EXPECT_THROW(result.result(1ms), timeout_error);
    EXPECT_THROW(result.exception(0ms), timeout_error);
    producer.set_result(7);
    EXPECT_EQ(result.result(0ms), 7);
}

TEST(Future, WaitsForEverIfTheTimeoutIsTheLongestThereIs) {
    completer<int> producer;
    future<int> result = producer.get_future();
    std::thread thread([&producer] { producer.set_result(7); });
    EXPECT_EQ(result.result(std::chrono::nanoseconds::max()), 7);
    thread.join();
}

TEST(Future, TellsHowFarTheWorkIs) {
    completer<int> producer;
    const future<int> result = producer.get_future();
    EXPECT_FALSE(result.running());
    EXPECT_TRUE(producer.start());
    EXPECT_TRUE(result.running());
    EXPECT_FALSE(result.done());
    producer.set_result(7);
    EXPECT_FALSE(result.running());
    EXPECT_TRUE(result.done());
}

TEST(Future, SaysSoIfItsProducerGoesAway) {
    future<int> result;
    EXPECT_FALSE(result.is_valid());
    result = completer<int>().get_future();
    EXPECT_TRUE(result.is_valid());
    EXPECT_THROW(result.result(), future_abandoned);
}

TEST(Future, CancelsNothingWhenItIsDestroyed) {
    completer<int> producer;
    {
        const future<int> result = producer.get_future();
    }
    EXPECT_TRUE(producer.start());
    producer.set_result(7);
}

class UnseenError : public ::testing::Test {
public:
    UnseenError() {
        old_ = set_unseen_error_handler([](const std::exception_ptr&) { ++reports; });
    }
    ~UnseenError() override { set_unseen_error_handler(old_); }

    static inline int reports = 0;

private:
    unseen_error_handler old_;
};

TEST_F(UnseenError, IsReportedOnceWhicheverEndGoesLast) {
    reports = 0;
    {
        completer<int> producer;
        const future<int> result = producer.get_future();
        producer.set_exception(error_saying("broken"));
        EXPECT_EQ(reports, 0);
    }
    EXPECT_EQ(reports, 1);
    completer<int> producer;
    {
        const future<int> dropped = producer.get_future();
    }
    producer.set_exception(error_saying("broken"));
    EXPECT_EQ(reports, 2);
}

TEST_F(UnseenError, IsNoneIfTheWorkWasDroppedToo) {
    reports = 0;
    {
        completer<int>().get_future();
    }
    EXPECT_EQ(reports, 0);
}

TEST_F(UnseenError, IsNoneIfSomebodyHasAskedForIt) {
    reports = 0;
    const auto main = [](future<int>& awaited) -> task<void> { co_await awaited; };
    const auto fail = [] {
        completer<int> producer;
        future<int> result = producer.get_future();
        producer.set_exception(error_saying("broken"));
        return result;
    };
    EXPECT_THROW(fail().result(), std::runtime_error);
    EXPECT_NE(fail().exception(), nullptr);
    future<int> awaited = fail();
    EXPECT_THROW(run(main, std::ref(awaited)), std::runtime_error);
    awaited = future<int>();
    EXPECT_EQ(reports, 0);
}

TEST_F(UnseenError, IsNoneIfTheWorkWasCancelled) {
    reports = 0;
    completer<int> producer;
    producer.get_future().cancel();
    producer.set_result(7);
    EXPECT_EQ(reports, 0);
}

// Callbacks ------------------------------------------------------------------------------------

TEST(Future, CallsBackOnceItIsDoneInTheOrderOfTheCalls) {
    completer<int> producer;
    future<int> result = producer.get_future();
    std::string calls;
    result.on_done([&calls] { calls += "a"; });
    result.on_done([&calls, &result] { calls += result.done() ? "b" : "?"; });
    EXPECT_EQ(calls, "");
    producer.set_result(7);
    EXPECT_EQ(calls, "ab");
}

TEST(Future, CallsBackAtOnceIfItIsDone) {
    completer<int> producer;
    future<int> result = producer.get_future();
    producer.set_result(7);
    bool called = false;
    result.on_done([&called] { called = true; });
    EXPECT_TRUE(called);
}

TEST(Future, CallsBackThoughTheConsumerIsGone) {
    completer<int> producer;
    bool called = false;
    producer.get_future().on_done([&called] { called = true; });
    producer.set_result(7);
    EXPECT_TRUE(called);
}

TEST(Future, LosesNoCallbackThatIsAddedWhileItIsFinished) {
    for (int round = 0; round < 2000; ++round) {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::atomic<int> calls = 0;
        std::latch both(2);
        std::thread thread([&producer, &both] {
            both.arrive_and_wait();
            producer.set_result(7);
        });
        both.arrive_and_wait();
        result.on_done([&calls] { ++calls; });
        EXPECT_EQ(result.result(), 7);
        thread.join();
        EXPECT_EQ(calls, 1);
    }
}

// Cancelling -----------------------------------------------------------------------------------

TEST(Future, CanBeCancelledBeforeTheWorkStarts) {
    completer<int> producer;
    future<int> result = producer.get_future();
    bool called = false;
    result.on_done([&called] { called = true; });
    EXPECT_TRUE(result.cancel());
    EXPECT_TRUE(called);
    EXPECT_TRUE(result.cancelled());
    EXPECT_TRUE(result.done());
    EXPECT_THROW(result.result(), task_cancelled);
    EXPECT_FALSE(producer.start()) << "work started that was cancelled";
    producer.set_result(7);
    EXPECT_THROW(result.result(), task_cancelled);
}

TEST(Future, CannotBeCancelledOnceItIsDone) {
    completer<int> producer;
    future<int> result = producer.get_future();
    producer.set_result(7);
    EXPECT_FALSE(result.cancel());
    EXPECT_EQ(result.result(), 7);
}

TEST(Future, AsksTheProducerToEndWorkThatIsRunning) {
    std::vector<cancel_mode> asked;
    completer<int> producer([&asked](cancel_mode mode) {
        asked.push_back(mode);
        return mode == cancel_mode::kill;
    });
    future<int> result = producer.get_future();
    producer.start();
    EXPECT_FALSE(result.cancel());
    EXPECT_TRUE(result.cancel(cancel_mode::kill));
    EXPECT_EQ(asked, (std::vector{cancel_mode::stop, cancel_mode::kill}));
    EXPECT_FALSE(result.done()) << "only the producer knows when running work has ended";
    producer.set_cancelled();
    EXPECT_TRUE(result.cancelled());
}

TEST(Future, IsEitherStartedOrCancelledIfBothAreTriedAtOnce) {
    for (int round = 0; round < 2000; ++round) {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::latch both(2);
        bool started = false;
        std::thread thread([&producer, &both, &started] {
            both.arrive_and_wait();
            started = producer.start();
            if (started) producer.set_result(7);
        });
        both.arrive_and_wait();
        const bool cancelled = result.cancel();
        thread.join();
        ASSERT_NE(started, cancelled);
        ASSERT_TRUE(result.done());
    }
}

// Awaiting -------------------------------------------------------------------------------------

TEST(AwaitedFuture, ParksTheTaskUntilAnotherThreadHasFinishedIt) {
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

TEST(AwaitedFuture, ThrowsItsException) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::thread thread([&producer] { producer.set_exception(error_saying("broken")); });
        thread.join();
        co_await result;
    };
    EXPECT_THROW(run(main), std::runtime_error);
}

TEST(AwaitedFuture, ThatSomebodyElseCancelsThrowsTaskCancelled) {
    const auto main = []() -> task<void> {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::thread thread([&result] { result.cancel(); });
        thread.join();
        co_await result;
    };
    EXPECT_THROW(run(main), task_cancelled);
}

TEST(AwaitedFuture, LetsOthersRunThoughItIsAlwaysDone) {
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

TEST(AwaitedFuture, CanBeGathered) {
    const auto main = []() -> task<int> {
        completer<int> first;
        completer<int> second;
        future<int> left = first.get_future();
        future<int> right = second.get_future();
        std::thread thread([&first, &second] {
            second.set_result(4);
            first.set_result(3);
        });
        const auto [a, b] = co_await gather(std::move(left), std::move(right));
        thread.join();
        co_return 10 * a + b;
    };
    EXPECT_EQ(run(main), 34);
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

TEST(AwaitedFuture, IsCancelledWithTheTaskIfTheWorkHasNotStarted) {
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

TEST(AwaitedFuture, IsWaitedForByACancelledTaskIfTheWorkRuns) {
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

TEST(AwaitedFuture, OfACancelledTaskIsNotLeftRunningUnseen) {
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

TEST(AwaitedFuture, CanBeAbandonedByACancelledTask) {
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

TEST(AwaitedFuture, IsAbandonedByATaskThatWasCancelledBefore) {
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
            std::latch both(2);
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

TEST(AwaitedFuture, SurvivesThatItIsFinishedAndItsTaskCancelledAtOnce) {
    race_completion_with_cancellation([](future<int> awaited) -> task<void> { co_await awaited; });
}

TEST(AwaitedFuture, SurvivesThatItIsFinishedAndAbandonedAtOnce) {
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

TEST(AwaitedFuture, EndsItsTaskWheneverThatIsCancelled) {
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

TEST(AwaitedFuture, LetsTheLoopEndRightAfterItIsFinished) {
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
