// task_handle::add_done_callback.

#include <eddy/create_task.hpp>

#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using log = std::vector<std::string>;

task<int> give_after(duration time, int value) {
    co_await sleep(time);
    co_return value;
}

task<int> fail() {
    co_await yield();
    throw deliberate("for the callback");
}

task<> add_two_callbacks(log& calls) {
    task_handle<int> handle = create_task(give_after(1s, 5));
    handle.add_done_callback([&calls](task_handle<int>& done) {
        calls.push_back("first " + std::to_string(done.get()));
    });
    handle.add_done_callback([&calls](task_handle<int>&) {
        calls.push_back("second");
        EXPECT_FALSE(event_loop::is_in_task());
        EXPECT_NE(event_loop::current(), nullptr);
    });
    co_await handle;
    EXPECT_THAT(calls, ElementsAre()) << "they are called in the next turn";
    co_await sleep(1s);
}

TEST(DoneCallback, IsCalledOnceWithTheHandleInTheOrderOfAdding) {
    log calls;
    simulate(add_two_callbacks(calls));
    EXPECT_THAT(calls, ElementsAre("first 5", "second"));
}

task<> add_to_a_task_that_is_done(log& calls) {
    task_handle<int> handle = create_task(give_after(0s, 5));
    co_await handle;
    handle.add_done_callback([&calls](task_handle<int>&) { calls.push_back("called"); });
    EXPECT_THAT(calls, ElementsAre());
    co_await sleep(1s);
}

TEST(DoneCallback, IsCalledForATaskThatWasDoneAlready) {
    log calls;
    simulate(add_to_a_task_that_is_done(calls));
    EXPECT_THAT(calls, ElementsAre("called"));
}

task<> end_badly(log& calls) {
    create_task(fail()).add_done_callback([&calls](task_handle<int>& done) {
        EXPECT_THROW(done.get(), deliberate);
        calls.push_back("failed");
    });
    task_handle<int> sleeper = create_task(give_after(1h, 1));
    sleeper.add_done_callback([&calls](task_handle<int>& done) {
        calls.push_back(done.cancelled() ? "cancelled" : "not cancelled");
    });
    co_await yield();
    sleeper.cancel();
    co_await sleep(1s);
}

TEST(DoneCallback, SeesHowTheTaskEnded) {
    log calls;
    ::testing::internal::CaptureStderr();
    simulate(end_badly(calls));
    EXPECT_THAT(calls, ElementsAre("failed", "cancelled"));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "the failure was seen";
}

task<> start_another(log& calls) {
    create_task(give_after(1s, 1)).add_done_callback([&calls](task_handle<int>&) {
        create_task(give_after(1s, 2)).add_done_callback([&calls](task_handle<int>& second) {
            calls.push_back(std::to_string(second.get()));
        });
    });
    co_await sleep(1h);
}

TEST(DoneCallback, MayStartTasks) {
    log calls;
    simulate(start_another(calls));
    EXPECT_THAT(calls, ElementsAre("2"));
}

task<> leave_callbacks_behind(std::shared_ptr<counted> kept, log& calls) {
    create_task(give_after(1h, 1)).add_done_callback([kept, &calls](task_handle<int>&) {
        calls.push_back("at the end");
    });
    co_return;
}

TEST(DoneCallback, IsCalledAndDestroyedAlsoWhenTheLoopEnds) {
    log calls;
    simulate(leave_callbacks_behind(std::make_shared<counted>(1), calls));
    EXPECT_THAT(calls, ElementsAre("at the end"));
    EXPECT_EQ(counted::alive(), 0U);
}

task<> start_one_at_the_end(std::shared_ptr<counted> kept, log& calls) {
    create_task(give_after(1h, 1)).add_done_callback([kept, &calls](task_handle<int>&) {
        EXPECT_NE(event_loop::current(), nullptr);
        create_task(give_after(1h, 2)).add_done_callback([kept, &calls](task_handle<int>& second) {
            calls.push_back(second.cancelled() ? "cancelled" : "not cancelled");
        });
    });
    co_return;
}

TEST(DoneCallback, MayStartTasksAlsoWhenTheLoopEnds) {
    log calls;
    simulate(start_one_at_the_end(std::make_shared<counted>(1), calls));
    EXPECT_THAT(calls, ElementsAre("cancelled"));
    EXPECT_EQ(counted::alive(), 0U);
}

}  // namespace
}  // namespace eddy::testing
