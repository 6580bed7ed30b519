#include <eddy/unseen_error.hpp>

#include "support/latch.hpp"

#include <eddy/completer.hpp>
#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <utility>

namespace eddy {
namespace {

std::exception_ptr error_saying(const char* what) {
    return std::make_exception_ptr(std::runtime_error(what));
}

// Counts what is reported meanwhile.
class UnseenError : public ::testing::Test {
public:
    UnseenError() {
        reports = 0;
        old_ = set_unseen_error_handler([](const std::exception_ptr&) { ++reports; });
    }
    ~UnseenError() override { set_unseen_error_handler(old_); }

    static inline std::atomic<int> reports = 0;

private:
    unseen_error_handler old_;
};

TEST_F(UnseenError, IsReportedOnceWhicheverEndGoesLast) {
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
    {
        completer<int>().get_future();
    }
    EXPECT_EQ(reports, 0);
}

TEST_F(UnseenError, IsNoneIfSomebodyHasAskedForIt) {
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
    completer<int> producer;
    producer.get_future().cancel();
    producer.set_result(7);
    EXPECT_EQ(reports, 0);
}

task<void> await_or_abandon(future<int> awaited) {
    co_await awaited.or_abandon();
}

TEST_F(UnseenError, IsNoneIfACancelledTaskHasLeftTheWorkBehind) {
    const auto main = []() -> task<void> {
        completer<int> left_while_it_ran;
        completer<int> left_before;
        left_while_it_ran.start();
        left_before.start();
        auto waiting = create_task(await_or_abandon(left_while_it_ran.get_future()));
        auto coming = create_task(await_or_abandon(left_before.get_future()));
        coming.cancel();
        co_await yield();
        waiting.cancel();
        EXPECT_THROW(co_await waiting, task_cancelled);
        EXPECT_THROW(co_await coming, task_cancelled);
        left_while_it_ran.set_exception(error_saying("broken"));
        left_before.set_exception(error_saying("broken"));
    };
    run(main);
    EXPECT_EQ(reports, 0) << "whoever leaves work behind does not want to know how it ends";
}

TEST_F(UnseenError, IsReportedIfACancelledTaskHasWaitedForTheWork) {
    const auto await = [](future<int> awaited) -> task<void> { co_await awaited; };
    const auto main = [](task<void> (*await_one)(future<int>)) -> task<void> {
        completer<int> producer;
        producer.start();
        auto waiting = create_task(await_one(producer.get_future()));
        waiting.cancel();
        co_await yield();
        producer.set_exception(error_saying("broken"));
        EXPECT_THROW(co_await waiting, task_cancelled);
    };
    run(main, +await);
    EXPECT_EQ(reports, 1) << "its failure is the only trace of what went wrong";
}

TEST_F(UnseenError, IsReportedOnceThoughBothEndsGoAtOnce) {
    constexpr int rounds = 300;
    for (int round = 0; round < rounds; ++round) {
        completer<int> producer;
        future<int> result = producer.get_future();
        testing::latch both(2);
        std::thread thread([&producer, &both] {
            both.arrive_and_wait();
            producer.set_exception(error_saying("broken"));
        });
        both.arrive_and_wait();
        result = future<int>();
        thread.join();
    }
    EXPECT_EQ(reports, rounds);
}

TEST_F(UnseenError, GoesToTheHandlerWithItsException) {
    static std::exception_ptr reported;
    const unseen_error_handler counting =
        set_unseen_error_handler([](const std::exception_ptr& error) { reported = error; });
    const std::exception_ptr broken = error_saying("broken");
    report_unseen_error(broken);
    EXPECT_NE(set_unseen_error_handler(counting), counting) << "the one before is given back";
    EXPECT_EQ(std::exchange(reported, nullptr), broken);
    EXPECT_EQ(reports, 0) << "only one handler at a time";
}

TEST(UnseenErrorByDefault, IsWrittenToTheStandardError) {
    ::testing::internal::CaptureStderr();
    report_unseen_error(error_saying("out of paper"));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(),
              "eddy: a submitted call failed and nobody asked for its result: out of paper\n");
}

}  // namespace
}  // namespace eddy
