#include <eddy/process_job.hpp>

#include "support/latch.hpp"

#include <eddy/future.hpp>

#include "process_scheduler.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace eddy {
namespace {

// A call that a pool without workers has taken, and its future.
template <class T>
struct taken_call {
    template <class Function, class... Arguments>
    explicit taken_call(const Function& f, const Arguments&... arguments)
        : job(*new submitted_process_call<T>(make_remote_call(f, arguments...),
                                             process_call_options())),
          result(job) {
        job.pool = std::make_shared<process_scheduler>(process_pool_options().workers(1));
    }

    submitted_process_call<T>& job;  // until it has ended
    future<T> result;
};

constexpr auto square = [](int x) { return x * x; };

// Ends a call with what a worker has sent back.
template <class Sent>
void succeed_with(process_job& job, const Sent& value) {
    payload_writer writer;
    encode<Sent>(writer, value);
    const payload sent = std::move(writer).finish();
    payload_reader reader(sent.bytes);
    job.succeed(reader);
}

TEST(ProcessJob, GivesWhatTheWorkerHasSentBack) {
    taken_call<int> taken(square, 7);
    EXPECT_TRUE(taken.job.claim());
    EXPECT_TRUE(taken.result.running());
    succeed_with(taken.job, 49);
    EXPECT_EQ(taken.result.result(), 49);
}

TEST(ProcessJob, FailsIfTheWorkerHasSentLessThanAResult) {
    taken_call<int> taken(square, 7);
    taken.job.claim();
    succeed_with(taken.job, 'x');
    EXPECT_THROW(taken.result.result(), serialization_error);
}

TEST(ProcessJob, GivesTheExceptionItFailsWith) {
    taken_call<void> taken([] {});
    taken.job.claim();
    taken.job.fail(std::make_exception_ptr(std::runtime_error("broken")));
    EXPECT_THROW(taken.result.result(), std::runtime_error);
}

TEST(ProcessJob, CanBeClaimedAgainToBeRunAgain) {
    taken_call<int> taken(square, 7);
    EXPECT_FALSE(taken.job.is_claimed());
    EXPECT_TRUE(taken.job.claim());
    EXPECT_TRUE(taken.job.claim());
    EXPECT_TRUE(taken.job.is_claimed());
    succeed_with(taken.job, 49);
    EXPECT_EQ(taken.result.result(), 49);
}

TEST(ProcessJob, CannotBeClaimedIfItWasCancelledBefore) {
    taken_call<int> taken(square, 7);
    EXPECT_TRUE(taken.result.cancel());
    EXPECT_FALSE(taken.job.claim());
    taken.job.let_go();
    EXPECT_THROW(taken.result.result(), task_cancelled);
}

TEST(ProcessJob, GivesNoResultOnceSomebodyWasToldSo) {
    taken_call<int> succeeds(square, 7);
    taken_call<int> fails(square, 7);
    for (auto* const each : {&succeeds, &fails}) {
        EXPECT_TRUE(each->job.claim());
        EXPECT_TRUE(each->result.cancel());
        EXPECT_TRUE(each->job.is_asked_to_stop());
        EXPECT_FALSE(each->result.done()) << "the worker has not ended yet";
    }
    succeed_with(succeeds.job, 49);
    fails.job.fail(std::make_exception_ptr(std::runtime_error("killed")));
    EXPECT_THROW(succeeds.result.result(), task_cancelled);
    EXPECT_THROW(fails.result.result(), task_cancelled);
}

TEST(ProcessJob, EitherIsCancelledOrGivesItsResultIfBothHappenAtOnce) {
    for (int round = 0; round < 300; ++round) {
        taken_call<int> taken(square, 7);
        taken.job.claim();
        testing::latch both(2);
        std::thread worker([&taken, &both] {
            both.arrive_and_wait();
            succeed_with(taken.job, 49);
        });
        both.arrive_and_wait();
        const bool told_cancelled = taken.result.cancel();
        worker.join();
        ASSERT_TRUE(taken.result.done());
        ASSERT_EQ(taken.result.cancelled(), told_cancelled);
    }
}

}  // namespace
}  // namespace eddy
