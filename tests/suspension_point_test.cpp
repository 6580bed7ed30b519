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

#include <gmock/gmock.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

// Every suspension point is one, also where there is nothing to wait for: in a cancelled task it
// starts nothing and throws, each time.
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

}  // namespace
}  // namespace eddy::testing
