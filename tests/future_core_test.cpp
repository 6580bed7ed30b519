#include <eddy/future_core.hpp>

#include "support/latch.hpp"

#include <eddy/completer.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace eddy {
namespace {

using namespace std::chrono_literals;

class logging_watcher final : public future_watcher {
public:
    logging_watcher(std::string& log, char name) noexcept : log_(log), name_(name) {}
    void on_done() noexcept override { log_.push_back(name_); }

private:
    std::string& log_;
    char name_;
};

TEST(FutureCore, TellsItsWatchersOnceInTheOrderInWhichTheyCame) {
    completer<int> producer;
    const future<int> result = producer.get_future();
    std::string log;
    logging_watcher a(log, 'a');
    logging_watcher b(log, 'b');
    logging_watcher c(log, 'c');
    for (auto* const each : {&a, &b, &c}) EXPECT_TRUE(result.core().watch(*each));
    EXPECT_TRUE(result.core().unwatch(b));
    producer.set_result(7);
    EXPECT_EQ(log, "ac");
    EXPECT_FALSE(result.core().unwatch(a)) << "it has been called";
    EXPECT_FALSE(result.core().watch(b)) << "there is nothing to watch any more";
    EXPECT_EQ(log, "ac");
}

TEST(FutureCore, TellsItsWatchersAtOnceThatItIsCancelledButCallsBackOnlyWhenAsked) {
    completer<int> producer;
    future<int> result = producer.get_future();
    std::string log;
    logging_watcher watcher(log, 'w');
    result.core().watch(watcher);
    result.core().on_done([&log] { log.push_back('c'); });
    EXPECT_TRUE(result.core().cancel(cancel_mode::stop));
    EXPECT_EQ(log, "w");
    result.core().run_callbacks();
    result.core().run_callbacks();
    EXPECT_EQ(log, "wc");
    EXPECT_TRUE(result.core().cancel(cancel_mode::stop)) << "it is cancelled";
}

// Asks the future for something that needs its lock.
class asks_when_destroyed {
public:
    asks_when_destroyed(future_core& of, std::string& log) noexcept : of_(&of), log_(log) {}
    asks_when_destroyed(asks_when_destroyed&& other) noexcept
        : of_(std::exchange(other.of_, nullptr)), log_(other.log_) {}
    ~asks_when_destroyed() {
        if (of_ == nullptr) return;
        of_->let_watchers_return();
        log_.push_back('d');
    }

private:
    future_core* of_;
    std::string& log_;
};

TEST(FutureCore, DestroysWhatACallbackHoldsWithoutItsLock) {
    completer<int> producer;
    const future<int> result = producer.get_future();
    std::string log;
    asks_when_destroyed held(result.core(), log);
    result.core().on_done([held = std::move(held), &log] { log.push_back('1'); });
    result.core().on_done([&log] { log.push_back('2'); });
    producer.set_result(7);
    EXPECT_EQ(log, "1d2");
}

TEST(FutureCore, CallsEverybodyBackThoughTheFirstDestroysIt) {
    auto producer = std::make_unique<completer<int>>();
    auto result = std::make_unique<future<int>>(producer->get_future());
    std::string log;
    result->on_done([&] {
        log.push_back('1');
        result.reset();
        producer.reset();
    });
    result->on_done([&log] { log.push_back('2'); });
    EXPECT_TRUE(result->cancel());
    EXPECT_EQ(log, "12");
}

TEST(FutureCore, LetsOneOfManyThreadsClaimTheWork) {
    for (int round = 0; round < 300; ++round) {
        completer<int> producer;
        const future<int> result = producer.get_future();
        std::atomic<int> claims = 0;
        testing::latch all(3);
        const auto claim = [&] {
            all.arrive_and_wait();
            if (result.core().start()) ++claims;
        };
        std::thread one(claim);
        std::thread other(claim);
        claim();
        one.join();
        other.join();
        ASSERT_EQ(claims, 1);
        result.core().finish(true);
    }
}

TEST(FutureCore, EitherTellsAWatcherOrLetsItGo) {
    for (int round = 0; round < 500; ++round) {
        completer<int> producer;
        const future<int> result = producer.get_future();
        std::string log;
        logging_watcher watcher(log, 'w');
        ASSERT_TRUE(result.core().watch(watcher));
        testing::latch both(2);
        std::thread thread([&producer, &both] {
            both.arrive_and_wait();
            producer.set_result(7);
        });
        both.arrive_and_wait();
        const bool withdrawn = result.core().unwatch(watcher);
        EXPECT_EQ(log, withdrawn ? "" : "w");  // without a lock: its call has returned
        thread.join();
        ASSERT_EQ(log, withdrawn ? "" : "w");
    }
}

TEST(FutureCore, DoesNotWaitForATimeThatHasPassed) {
    completer<int> producer;
    const future<int> result = producer.get_future();
    EXPECT_FALSE(result.core().wait_until(std::chrono::steady_clock::now()));
    producer.set_result(7);
    EXPECT_TRUE(result.core().wait_until(std::chrono::steady_clock::now() - 1h));
}

TEST(FutureCore, TakesATimeoutThatNoClockCanHoldForTheLastPointInTime) {
    EXPECT_EQ(deadline_after(std::chrono::nanoseconds::max()), future_core::time_point::max());
    EXPECT_LT(deadline_after(1h), future_core::time_point::max());
}

TEST(FutureCore, LosesNoCallbackThatIsAddedWhileItIsFinished) {
    for (int round = 0; round < 2000; ++round) {
        completer<int> producer;
        future<int> result = producer.get_future();
        std::atomic<int> calls = 0;
        testing::latch both(2);
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

TEST(FutureCore, IsEitherStartedOrCancelledIfBothAreTriedAtOnce) {
    for (int round = 0; round < 2000; ++round) {
        completer<int> producer;
        future<int> result = producer.get_future();
        testing::latch both(2);
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

}  // namespace
}  // namespace eddy
