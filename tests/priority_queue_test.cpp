#include <eddy/priority_queue.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

using numbers = std::vector<int>;

template <class Queue>
auto empty_out(Queue& items) {
    std::vector<typename decltype(items.try_get())::value_type> got;
    while (auto item = items.try_get()) got.push_back(std::move(*item));
    return got;
}

TEST(PriorityQueue, GivesTheLeastValueFirst) {
    numbers values(1000);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i / 3);
    std::ranges::shuffle(values, std::mt19937(1));
    priority_queue<int> items;
    for (const int each : values) EXPECT_TRUE(items.try_put(each));
    std::ranges::sort(values);
    EXPECT_EQ(empty_out(items), values);
}

TEST(PriorityQueue, TakesAnotherOrder) {
    priority_queue<int, std::greater<int>> items;
    for (const int each : {2, 3, 1}) items.try_put(each);
    EXPECT_THAT(empty_out(items), ElementsAre(3, 2, 1));
}

struct job {
    int priority;
    std::string name;
    bool operator<(const job& other) const { return priority < other.priority; }
};

TEST(PriorityQueue, GivesEqualValuesInTheOrderInWhichTheyCame) {
    priority_queue<job> items;
    for (int i = 0; i < 50; ++i) items.try_put({i % 2, std::to_string(i)});
    std::vector<std::string> names;
    std::vector<std::string> expected;
    for (const job& each : empty_out(items)) names.push_back(each.name);
    for (int i = 0; i < 50; i += 2) expected.push_back(std::to_string(i));
    for (int i = 1; i < 50; i += 2) expected.push_back(std::to_string(i));
    EXPECT_EQ(names, expected);
}

task<> put_all(priority_queue<int>& to, numbers values) {
    for (const int each : values) co_await to.put(each);
}

task<> put_too_many() {
    priority_queue<int> two(2);
    const numbers values{5, 3, 1, 4};
    task_handle<void> putter = create_task(put_all(two, values));
    co_await sleep(1s);
    EXPECT_EQ(co_await two.get(), std::optional(3)) << "the 1 had no room yet";
    co_await sleep(1s);
    EXPECT_EQ(co_await two.get(), std::optional(1));
    co_await putter;
    EXPECT_THAT(empty_out(two), ElementsAre(4, 5));
}

TEST(PriorityQueue, OrdersWhatHasComeIn) {
    simulate(put_too_many());
}

TEST(PriorityQueue, PassesValuesThatCanOnlyBeMoved) {
    priority_queue<std::unique_ptr<int>> items;
    EXPECT_TRUE(items.try_put(std::make_unique<int>(1)));
    EXPECT_EQ(**items.try_get(), 1);
}

struct all_but_thirteen {
    bool operator()(int one, int other) const {
        if (one == 13 || other == 13) throw deliberate("cannot be compared");
        return one < other;
    }
};

TEST(PriorityQueue, KeepsItsValuesWhenANewOneCannotBeCompared) {
    priority_queue<int, all_but_thirteen> items;
    for (const int each : {5, 1, 4, 2, 3}) items.try_put(each);
    EXPECT_THROW(items.try_put(13), deliberate);
    EXPECT_THAT(empty_out(items), ElementsAre(1, 2, 3, 4, 5));
}

struct by_value {
    bool operator()(const counted& one, const counted& other) const {
        return one.value < other.value;
    }
};

struct exchange {
    priority_queue<counted, by_value> items{2};
    int put = 0;
    int got = 0;
};

task<> produce(std::shared_ptr<exchange> with) {
    try {
        for (int i = 4; i > 0; --i) {
            co_await with->items.put(counted(i));
            ++with->put;
            co_await yield();
        }
    } catch (const queue_closed&) {
    }
}

task<> consume(std::shared_ptr<exchange> with) {
    while (const std::optional<counted> item = co_await with->items.get()) {
        ++with->got;
        with->items.task_done();
        co_await sleep(10us);
    }
}

task<> close_when_quiet(std::shared_ptr<exchange> with) {
    co_await sleep(1s);
    with->items.close();
}

TEST(PriorityQueue, LosesNoValueAndMakesNoneWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        auto with = std::make_shared<exchange>();
        scenario made;
        made.tasks.push_back(produce(with));
        made.tasks.push_back(consume(with));
        made.tasks.push_back(produce(with));
        made.tasks.push_back(consume(with));
        made.victims = 4;
        made.tasks.push_back(close_when_quiet(with));
        made.check = [with] {
            EXPECT_EQ(with->put, with->got + static_cast<int>(with->items.size()));
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
