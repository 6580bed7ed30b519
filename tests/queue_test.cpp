#include <eddy/queue.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/fragile.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using numbers = std::vector<int>;

task<> put_range(queue<int>& to, int from, int end) {
    for (int i = from; i < end; ++i) co_await to.put(i);
}

task<> put_range_and_close(queue<int>& to, int from, int end) {
    co_await put_range(to, from, end);
    to.close();
}

task<> get_all(queue<int>& from, numbers& into) {
    for (;;) {
        const std::optional<int> item = co_await from.get();
        if (!item) co_return;
        into.push_back(*item);
    }
}

numbers counted_up_to(int end) {
    numbers all;
    for (int i = 0; i < end; ++i) all.push_back(i);
    return all;
}

class BoundedQueue : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Capacities, BoundedQueue,
                         ::testing::Values(1, 2, 10, queue<int>::unbounded));

task<> put_and_get(queue<int>& items, numbers& got) {
    co_await gather(put_range_and_close(items, 0, 100), get_all(items, got));
}

TEST_P(BoundedQueue, PassesValuesInOrder) {
    queue<int> items(GetParam());
    numbers got;
    simulate(put_and_get(items, got));
    EXPECT_EQ(got, counted_up_to(100));
}

task<> get_and_put(queue<int>& items, numbers& got) {
    co_await gather(get_all(items, got), put_range_and_close(items, 0, 100));
}

TEST_P(BoundedQueue, PassesValuesInOrderToOneWhoWaitedFirst) {
    queue<int> items(GetParam());
    numbers got;
    simulate(get_and_put(items, got));
    EXPECT_EQ(got, counted_up_to(100));
}

task<> put_one_too_many() {
    queue<int> two(2);
    task_handle<void> putter = create_task(put_range(two, 0, 3));
    co_await sleep(1s);
    EXPECT_FALSE(putter.done()) << "the queue is full";
    EXPECT_EQ(two.size(), 2U);
    EXPECT_EQ(co_await two.get(), std::optional(0));
    EXPECT_EQ(two.size(), 2U) << "the waiting value moved up at once";
    co_await putter;
    EXPECT_EQ(two.try_get(), std::optional(1));
    EXPECT_EQ(two.try_get(), std::optional(2));
    EXPECT_EQ(two.try_get(), std::nullopt);
    EXPECT_TRUE(two.empty());
}

TEST(Queue, MakesPutWaitWhileItIsFull) {
    simulate(put_one_too_many());
}

TEST(Queue, TriesWithoutWaiting) {
    queue<int> one(1);
    EXPECT_EQ(one.try_get(), std::nullopt);
    EXPECT_TRUE(one.try_put(1));
    EXPECT_FALSE(one.try_put(2));
    EXPECT_EQ(one.try_get(), std::optional(1));
    one.close();
    EXPECT_FALSE(one.try_put(3));
    EXPECT_EQ(one.try_get(), std::nullopt);
}

task<> get_one(queue<int>& from, numbers& into, int name) {
    const std::optional<int> item = co_await from.get();
    into.push_back(name * 100 + item.value_or(-1));
}

task<> three_getters(numbers& got) {
    queue<int> items;
    std::vector<task_handle<void>> getters;
    for (int i = 1; i <= 3; ++i) getters.push_back(create_task(get_one(items, got, i)));
    co_await yield();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(items.try_put(i));
    EXPECT_TRUE(items.empty()) << "the values were handed over";
    for (task_handle<void>& each : getters) co_await each;
}

TEST(Queue, ServesThoseWhoWaitInTheOrderInWhichTheyCame) {
    numbers got;
    simulate(three_getters(got));
    EXPECT_THAT(got, ElementsAre(100, 201, 302));
}

task<> close_with_values() {
    queue<int> items;
    co_await items.put(1);
    items.close();
    EXPECT_TRUE(items.is_closed());
    EXPECT_EQ(co_await items.get(), std::optional(1)) << "what is inside can still be got";
    EXPECT_EQ(co_await items.get(), std::nullopt);
    EXPECT_EQ(co_await items.get(), std::nullopt);
    EXPECT_EQ(co_await ending_of(put_range(items, 0, 1)), ending::failure);
}

TEST(Queue, TakesNoMoreValuesWhenItIsClosedAndGivesThoseItHas) {
    simulate(close_with_values());
}

task<> close_over_waiting_tasks() {
    queue<int> empty;
    numbers got;
    task_handle<void> getter = create_task(get_one(empty, got, 1));
    queue<int> full(1);
    full.try_put(1);
    task_handle<ending> putter = create_task(ending_of(put_range(full, 2, 3)));
    co_await yield();
    empty.close();
    full.close();
    co_await getter;
    EXPECT_THAT(got, ElementsAre(99));
    EXPECT_EQ(co_await putter, ending::failure);
    EXPECT_EQ(full.size(), 1U) << "the refused value is not inside";
}

TEST(Queue, EndsTheWaitsWhenItIsClosed) {
    simulate(close_over_waiting_tasks());
}

task<> pass_pointers() {
    queue<std::unique_ptr<std::string>> items(1);
    co_await items.put(std::make_unique<std::string>("moved"));
    const std::optional<std::unique_ptr<std::string>> got = co_await items.get();
    EXPECT_EQ(**got, "moved");
}

TEST(Queue, PassesValuesThatCanOnlyBeMoved) {
    simulate(pass_pointers());
}

task<> cancel_a_getter(numbers& got) {
    queue<int> items;
    task_handle<void> one = create_task(get_one(items, got, 1));
    task_handle<void> two = create_task(get_one(items, got, 2));
    co_await yield();
    one.cancel();
    items.try_put(5);
    co_await two;
    EXPECT_TRUE(one.cancelled());
}

TEST(Queue, GivesTheValueToTheNextWhenAWaiterWasCancelled) {
    numbers got;
    simulate(cancel_a_getter(got));
    EXPECT_THAT(got, ElementsAre(205));
}

task<> cancel_a_served_getter(numbers& got) {
    queue<int> items;
    task_handle<void> getter = create_task(get_one(items, got, 1));
    co_await yield();
    items.try_put(5);
    getter.cancel();
    co_await yield();
    EXPECT_TRUE(getter.done());
}

TEST(Queue, GivesTheValueToAWaiterThatIsCancelledAfterItWasServed) {
    numbers got;
    simulate(cancel_a_served_getter(got));
    EXPECT_THAT(got, ElementsAre(105));
}

task<> cancel_a_putter() {
    queue<int> items(1);
    items.try_put(0);
    task_handle<void> one = create_task(put_range(items, 1, 2));
    task_handle<void> two = create_task(put_range(items, 2, 3));
    co_await yield();
    one.cancel();
    EXPECT_EQ(co_await items.get(), std::optional(0));
    EXPECT_EQ(co_await items.get(), std::optional(2));
    co_await two;
    EXPECT_TRUE(one.cancelled());
}

TEST(Queue, NeverTakesTheValueOfACancelledPut) {
    simulate(cancel_a_putter());
}

task<> finish_one_each_second(queue<int>& items) {
    for (;;) {
        const std::optional<int> item = co_await items.get();
        if (!item) co_return;
        co_await sleep(1s);
        items.task_done();
    }
}

task<> join_workers() {
    queue<int> items(2);
    const time_point start = event_loop::current()->kernel().now();
    co_await items.join();
    EXPECT_EQ(elapsed_since(start), 0s) << "nothing has come in";

    task_handle<void> worker = create_task(finish_one_each_second(items));
    co_await put_range(items, 0, 5);
    co_await items.join();
    EXPECT_EQ(elapsed_since(start), 5s) << "got and finished, also what had to wait to come in";
    co_await items.join();

    co_await items.put(5);
    co_await items.join();
    EXPECT_EQ(elapsed_since(start), 6s) << "a new value is unfinished";
    items.close();
    co_await worker;
}

TEST(Queue, JoinsWhenTheWorkOnAllItsValuesIsDone) {
    simulate(join_workers());
}

task<> join_for_ever(queue<int>& items) {
    co_await items.join();
}

task<> cancel_a_join() {
    queue<int> items;
    items.try_put(1);
    task_handle<ending> joining = create_task(ending_of(join_for_ever(items)));
    co_await sleep(1s);
    items.try_get();
    co_await sleep(1s);
    EXPECT_FALSE(joining.done()) << "got is not finished";
    joining.cancel();
    EXPECT_EQ(co_await joining, ending::cancelled);
}

TEST(Queue, LetsAJoinBeCancelled) {
    simulate(cancel_a_join());
}

// Each value put is got once: by a task, or it is left in the queue. A put that threw put nothing.
task<> put_fragile(queue<fragile>& to, int moves) {
    co_await to.put(fragile(moves));
}

// The value breaks on its way in, on its way out, or not at all: whoever moves it then is told.
task<> pass_fragile(int moves, bool& arrived) {
    queue<fragile> items(1);
    co_await items.put(fragile(100));
    task_handle<ending> breaking = create_task(ending_of(put_fragile(items, moves)));
    task_handle<ending> other = create_task(ending_of(put_fragile(items, 100)));
    co_await yield();
    EXPECT_TRUE(items.try_get());
    bool comes_out = false;
    try {
        comes_out = items.try_get().has_value();
    } catch (const deliberate&) {
        items.close();
    }
    const ending how = co_await breaking;
    const ending others = co_await other;
    arrived = how == ending::value && comes_out && others == ending::value;
}

TEST(Queue, StrandsNobodyOverAValueThatCannotBeMoved) {
    bool arrived = false;
    for (int moves = 0; !arrived; ++moves) simulate(pass_fragile(moves, arrived));
}

struct exchange {
    queue<counted> items{2};
    int put = 0;
    int got = 0;
};

task<> produce(std::shared_ptr<exchange> with, int count) {
    for (int i = 0; i < count; ++i) {
        co_await with->items.put(counted(i));
        ++with->put;
        co_await yield();
    }
}

task<> consume(std::shared_ptr<exchange> with, int count) {
    for (int i = 0; i < count; ++i) {
        const std::optional<counted> item = co_await with->items.get();
        if (!item) co_return;
        ++with->got;
        co_await sleep(10us);
    }
}

// Ends the others' waits, so that a run ends whoever was cancelled.
task<> close_when_quiet(std::shared_ptr<exchange> with) {
    co_await sleep(1s);
    with->items.close();
}

task<> produce_until_closed(std::shared_ptr<exchange> with, int count) {
    try {
        co_await produce(with, count);
    } catch (const queue_closed&) {
    }
}

TEST(Queue, LosesNoValueAndMakesNoneWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        auto with = std::make_shared<exchange>();
        scenario made;
        made.tasks.push_back(produce_until_closed(with, 4));
        made.tasks.push_back(consume(with, 3));
        made.tasks.push_back(produce_until_closed(with, 4));
        made.tasks.push_back(consume(with, 5));
        made.victims = 4;
        made.tasks.push_back(close_when_quiet(with));
        made.check = [with] {
            EXPECT_EQ(with->put, with->got + static_cast<int>(with->items.size()));
        };
        return made;
    });
}

task<> join_and_note(std::shared_ptr<exchange> with, std::shared_ptr<int> joined) {
    co_await with->items.put(counted(1));
    co_await with->items.join();
    ++*joined;
}

task<> finish_all(std::shared_ptr<exchange> with) {
    while (const auto item = co_await with->items.get()) {
        co_await yield();
        with->items.task_done();
    }
}

TEST(Queue, LetsOthersJoinWhoeverIsCancelledWhileJoining) {
    sweep([](simulated_backend&) {
        const auto shared = std::make_shared<exchange>();
        const auto joined = std::make_shared<int>(0);
        scenario made;
        made.tasks.push_back(join_and_note(shared, joined));
        made.tasks.push_back(join_and_note(shared, joined));
        made.tasks.push_back(finish_all(shared));
        made.tasks.push_back(close_when_quiet(shared));
        made.victims = 2;
        made.check = [joined] { EXPECT_LE(*joined, 2); };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
