#include <eddy/cancel_scope.hpp>

#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/transfer.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/lock.hpp>
#include <eddy/queue.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <array>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

// What a suspension point needs to go on at once, without waiting.
struct world {
    world() {
        flag.set();
        items.try_put(1);
    }
    event flag;
    lock free;
    semaphore permits{1};
    queue<int> items{2};
    native_handle socket = invalid_handle;
    std::optional<task_handle<int>> finished;
};

task<int> give(int value) {
    co_return value;
}
task<> wait_for_event(world& in) {
    co_await in.flag.wait();
}
task<> take_lock(world& in) {
    const lock::guard held = co_await in.free.acquire();
}
task<> take_permit(world& in) {
    const semaphore::permit held = co_await in.permits.acquire();
}
task<> get_item(world& in) {
    co_await in.items.get();
}
task<> put_item(world& in) {
    co_await in.items.put(2);
}
task<> sleep_no_time(world&) {
    co_await sleep(0s);
}
task<> give_way(world&) {
    co_await yield();
}
task<> await_finished(world& in) {
    co_await *in.finished;
}
task<> read_socket(world& in) {
    std::array<std::byte, 4> bytes{};
    co_await receive(in.socket, bytes);
}
task<> gather_with_waits(world& in) {
    co_await gather(give_way(in), wait_for_event(in));
}

struct suspension_point {
    const char* name;
    task<> (*go)(world& in);
};

std::ostream& operator<<(std::ostream& out, const suspension_point& point) {
    return out << point.name;
}

constexpr suspension_point all_points[] = {
    {"event", wait_for_event},  {"lock", take_lock},
    {"semaphore", take_permit}, {"get", get_item},
    {"put", put_item},          {"sleep", sleep_no_time},
    {"yield", give_way},        {"handle", await_finished},
    {"read", read_socket},      {"gather", gather_with_waits},
};

class SuspensionPoint : public ::testing::TestWithParam<suspension_point> {};
INSTANTIATE_TEST_SUITE_P(Each, SuspensionPoint, ::testing::ValuesIn(all_points),
                         [](const auto& point) { return std::string(point.param.name); });

task<ending> go_there(const suspension_point& point, world& in) {
    co_return co_await ending_of(point.go(in));
}

// Sends four bytes ahead, so that a read finds them.
task<> prepare(world& in, native_handle peer) {
    in.finished.emplace(create_task(give(1)));
    co_await send_text(peer, "data");
    co_await *in.finished;
    co_await sleep(1s);
}

task<ending> go_there_uncancelled(const suspension_point& point) {
    world in;
    const auto [one, other] = simulation().network().open_pair();
    in.socket = one.get();
    co_await prepare(in, other.get());
    co_return co_await go_there(point, in);
}

TEST_P(SuspensionPoint, LetsATaskPassThatIsNotCancelled) {
    EXPECT_EQ(simulate(go_there_uncancelled(GetParam())), ending::value);
}

// Visits the point three times after it was cancelled: the first time as later ones.
task<std::vector<ending>> cancel_and_visit(const suspension_point& point, world& in) {
    event_loop::running_task().cancel();
    std::vector<ending> endings;
    for (int i = 0; i < 3; ++i) endings.push_back(co_await ending_of(point.go(in)));
    co_return endings;
}

task<std::vector<ending>> visit_in_own_task(const suspension_point& point) {
    world in;
    const auto [one, other] = simulation().network().open_pair();
    in.socket = one.get();
    co_await prepare(in, other.get());
    std::vector<ending> endings = co_await create_task(cancel_and_visit(point, in));
    EXPECT_FALSE(in.free.is_held()) << "started something";
    EXPECT_EQ(in.permits.available(), 1U) << "started something";
    EXPECT_EQ(in.items.size(), 1U) << "started something";
    EXPECT_EQ(simulation().network().unread(in.socket), 4U) << "started something";
    EXPECT_EQ(simulation().in_flight(), 0U) << "started something";
    co_return endings;
}

TEST_P(SuspensionPoint, StartsNothingAndThrowsEachTimeInACancelledTask) {
    EXPECT_THAT(simulate(visit_in_own_task(GetParam())), ::testing::Each(ending::cancelled));
}

class open_scope : public nested_scope {
public:
    using nested_scope::nested_scope;
};

task<> nest_scopes() {
    open_scope outer;
    {
        open_scope inner;
        inner.cancel();
        EXPECT_TRUE(is_cancelled());
        EXPECT_THROW(checkpoint(), cancelled);
        EXPECT_FALSE(outer.is_effective());
        EXPECT_TRUE(inner.absorbs_cancellation());
    }
    EXPECT_FALSE(is_cancelled()) << "the cancelled scope has ended";
    co_await yield();
    outer.cancel();
    {
        const open_scope inner;
        EXPECT_TRUE(inner.is_effective()) << "a scope starts as its parent is";
        EXPECT_FALSE(inner.was_cancelled());
        EXPECT_FALSE(inner.absorbs_cancellation());
    }
}

TEST(CancelScope, ConcernsWhatIsInsideAndNothingOutside) {
    simulate(nest_scopes());
}

task<> shielded_scopes() {
    open_scope outer;
    const open_scope shield(true);
    outer.cancel();
    EXPECT_TRUE(outer.is_effective());
    EXPECT_FALSE(shield.is_effective());
    EXPECT_FALSE(is_cancelled());
    co_await sleep(1ms);
    const open_scope inner;
    EXPECT_FALSE(inner.is_effective());
}

TEST(CancelScope, DoesNotReachUnderAShield) {
    simulate(shielded_scopes());
}

task<> cancelled_shield() {
    open_scope shield(true);
    shield.cancel();
    EXPECT_TRUE(shield.is_effective());
    EXPECT_TRUE(is_cancelled());
    EXPECT_TRUE(shield.absorbs_cancellation());
    co_return;
}

TEST(CancelScope, IsEffectiveWhenTheShieldItselfIsCancelled) {
    simulate(cancelled_shield());
}

task<> cancel_both() {
    open_scope outer;
    open_scope inner;
    inner.cancel();
    EXPECT_TRUE(inner.absorbs_cancellation());
    outer.cancel();
    EXPECT_FALSE(inner.absorbs_cancellation()) << "the outer one has it now";
    EXPECT_TRUE(outer.absorbs_cancellation());
    co_return;
}

TEST(CancelScope, LetsCancellationTravelOnWhenAnOuterScopeIsCancelledToo) {
    simulate(cancel_both());
}

task<> sleep_for_ever() {
    co_await sleep(1h);
}

task<> cancel_twice() {
    open_scope scope;
    scope.cancel();
    scope.cancel();
    EXPECT_EQ(co_await ending_of(sleep_for_ever()), ending::cancelled);
}

TEST(CancelScope, CanBeCancelledTwice) {
    simulate(cancel_twice());
}

// `cancel` runs no code of the cancelled task: that comes when the loop resumes it.
task<> note_cancellation(bool& noted) {
    try {
        co_await sleep(1h);
    } catch (const cancelled&) {
        noted = true;
        throw;
    }
}

task<> cancel_another() {
    bool noted = false;
    task_handle<void> other = create_task(note_cancellation(noted));
    co_await yield();
    other.cancel();
    EXPECT_FALSE(noted);
    co_await yield();
    EXPECT_TRUE(noted);
}

TEST(CancelScope, RunsNoCodeOfTheCancelledTaskItself) {
    simulate(cancel_another());
}

task<> swallow_with_std_exception(bool& swallowed) {
    try {
        co_await sleep(1h);
    } catch (const std::exception&) {
        swallowed = true;
    }
}

task<> cancel_one_that_catches_exceptions() {
    bool swallowed = false;
    task_handle<void> other = create_task(swallow_with_std_exception(swallowed));
    co_await yield();
    other.cancel();
    co_await yield();
    EXPECT_FALSE(swallowed);
    EXPECT_TRUE(other.cancelled());
}

TEST(CancelScope, CannotBeSwallowedByCatchingStdException) {
    simulate(cancel_one_that_catches_exceptions());
}

// Level-triggered: whoever swallows `cancelled` is told again.
task<int> swallow_and_go_on() {
    int thrown = 0;
    for (int i = 0; i < 5; ++i) {
        try {
            co_await sleep(1h);
        } catch (const cancelled&) {
            ++thrown;
        }
    }
    co_return thrown;
}

task<int> cancel_a_stubborn_one() {
    task_handle<int> other = create_task(swallow_and_go_on());
    co_await yield();
    other.cancel();
    co_return co_await other;
}

TEST(CancelScope, ThrowsAtEverySuspensionPointUntilTheScopeEnds) {
    EXPECT_EQ(simulate(cancel_a_stubborn_one()), 5);
}

task<> nest_deeply(int levels) {
    if (levels == 0) co_await sleep(1h);
    if (levels > 0) co_await with_timeout(2h, nest_deeply(levels - 1));
}

task<ending> cancel_a_deep_tree() {
    task_handle<ending> deep = create_task(ending_of(nest_deeply(20'000)));
    co_await yield();
    deep.cancel();
    co_return co_await deep;
}

TEST(CancelScope, ReachesTheBottomOfADeepTreeOfScopes) {
    EXPECT_EQ(simulate(cancel_a_deep_tree()), ending::cancelled);
}

}  // namespace
}  // namespace eddy::testing
