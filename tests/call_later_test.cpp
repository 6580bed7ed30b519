#include <eddy/call_later.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using log = std::vector<std::string>;

void note(log& into, const std::string& text) {
    into.push_back(text);
}

task<> call_in_order(log& calls) {
    call_later(2s, note, std::ref(calls), "two");
    call_later(1s, note, std::ref(calls), "one");
    call_at(event_loop::current()->now() + 3s, note, std::ref(calls), "three");
    call_soon(note, std::ref(calls), "soon");
    calls.push_back("before");
    co_await yield();
    calls.push_back("after");
    co_await sleep(1h);
}

TEST(CallLater, CallsAtItsTimeAndCallSoonInTheNextRound) {
    log calls;
    simulate(call_in_order(calls));
    EXPECT_THAT(calls, ElementsAre("before", "soon", "after", "one", "two", "three"));
}

task<> wait_for_call() {
    const time_point start = event_loop::current()->kernel().now();
    task_handle<void> call = call_later(5s, [] {});
    co_await call;
    EXPECT_EQ(elapsed_since(start), 5s);
}

TEST(CallLater, CanBeAwaited) {
    simulate(wait_for_call());
}

task<> cancel_call(log& calls) {
    task_handle<void> call = call_later(1s, note, std::ref(calls), "never");
    co_await yield();
    call.cancel();
    co_await sleep(2s);
    EXPECT_TRUE(call.cancelled());
}

TEST(CallLater, IsNotCalledWhenItWasCancelled) {
    log calls;
    simulate(cancel_call(calls));
    EXPECT_THAT(calls, ElementsAre());
}

task<> fail_in_call() {
    task_handle<void> awaited = call_soon([] { throw deliberate("seen by the one who awaits"); });
    co_await yield();
    EXPECT_THROW(awaited.get(), deliberate);
    call_soon([] { throw deliberate("seen by nobody"); });
    co_await yield();
}

TEST(CallLater, FailsAsATaskDoes) {
    ::testing::internal::CaptureStderr();
    simulate(fail_in_call());
    const std::string printed = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(printed, HasSubstr("seen by nobody"));
    EXPECT_THAT(printed, ::testing::Not(HasSubstr("seen by the one")));
}

task<> keep_arguments(int& seen) {
    auto value = std::make_unique<int>(7);
    call_later(
        1s, [](std::unique_ptr<int> kept, int& into) { into = *kept; }, std::move(value),
        std::ref(seen));
    co_await sleep(2s);
}

TEST(CallLater, KeepsItsArgumentsUntilTheCall) {
    int seen = 0;
    simulate(keep_arguments(seen));
    EXPECT_EQ(seen, 7);
}

task<> cancel_before_it_runs(log& calls) {
    task_handle<void> soon = call_soon(note, std::ref(calls), "soon");
    soon.cancel();
    // Its timer is due in the same turn as ours, so that it is ready, but behind us.
    std::optional<task_handle<void>> later;
    const time_point when = event_loop::current()->now() + 1s;
    const auto cancel_later = [](time_point at, std::optional<task_handle<void>>& call) -> task<> {
        co_await sleep_until(at);
        call->cancel();
    };
    task_handle<void> canceller = create_task(cancel_later(when, later));
    later = call_at(when, note, std::ref(calls), "later");
    co_await canceller;
    co_await sleep(1s);
    EXPECT_TRUE(soon.cancelled());
    EXPECT_TRUE(later->cancelled());
}

TEST(CallLater, IsNotCalledWhenItWasCancelledInTheTurnOfItsCall) {
    log calls;
    simulate(cancel_before_it_runs(calls));
    EXPECT_THAT(calls, ElementsAre());
}

// Rings at most once, and never after it was taken back.
struct bell {
    int rings = 0;
    bool taken_back = false;
};

void ring(const std::shared_ptr<bell>& each, const counted&) {
    EXPECT_FALSE(each->taken_back);
    ++each->rings;
}

// Whoever leaves before the call takes it back.
struct call_of_one {
    ~call_of_one() {
        call.cancel();
        of->taken_back = true;
    }
    task_handle<void> call;
    std::shared_ptr<bell> of;
};

task<> ring_soon(std::shared_ptr<bell> each) {
    call_of_one one{call_soon(ring, each, counted(1)), each};
    co_await one.call;
    EXPECT_EQ(each->rings, 1);
}

task<> ring_later(std::shared_ptr<bell> each) {
    const time_point when = event_loop::current()->now() + 1ms;
    call_of_one one{call_at(when, ring, each, counted(2)), each};
    co_await one.call;
    EXPECT_EQ(each->rings, 1);
    EXPECT_GE(event_loop::current()->now(), when);
}

TEST(CallLater, CallsOnceOrNeverWheneverItIsTakenBack) {
    sweep([](simulated_backend&) {
        const auto soon = std::make_shared<bell>();
        const auto later = std::make_shared<bell>();
        scenario made;
        made.tasks.push_back(ring_soon(soon));
        made.tasks.push_back(ring_later(later));
        made.victims = 2;
        made.check = [soon, later] { EXPECT_LE(std::max(soon->rings, later->rings), 1); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
