#include <eddy/future.hpp>

#include <eddy/completer.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

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

TEST(Future, CancelsNothingWhenItIsDestroyed) {
    completer<int> producer;
    {
        const future<int> result = producer.get_future();
    }
    EXPECT_TRUE(producer.start());
    producer.set_result(7);
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

// Awaiting -------------------------------------------------------------------------------------

TEST(Future, CanBeGathered) {
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

}  // namespace
}  // namespace eddy
