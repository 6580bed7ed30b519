#include <eddy/lifo_queue.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

task<> put_range(lifo_queue<int>& to, int from, int end) {
    for (int i = from; i < end; ++i) co_await to.put(i);
}

template <class T>
std::vector<T> empty_out(lifo_queue<T>& items) {
    std::vector<T> got;
    while (std::optional<T> item = items.try_get()) got.push_back(std::move(*item));
    return got;
}

TEST(LifoQueue, GivesTheNewestValueFirst) {
    lifo_queue<int> items;
    simulate(put_range(items, 0, 3));
    EXPECT_THAT(empty_out(items), ElementsAre(2, 1, 0));
}

task<> put_too_many() {
    lifo_queue<int> two(2);
    task_handle<void> putter = create_task(put_range(two, 0, 4));
    co_await sleep(1s);
    EXPECT_FALSE(putter.done()) << "the queue is full";
    EXPECT_EQ(co_await two.get(), std::optional(1));
    co_await sleep(1s);
    EXPECT_EQ(co_await two.get(), std::optional(2)) << "it came in when there was room";
    co_await putter;
    EXPECT_THAT(empty_out(two), ElementsAre(3, 0));
}

TEST(LifoQueue, MakesPutWaitWhileItIsFull) {
    simulate(put_too_many());
}

TEST(LifoQueue, PassesValuesThatCanOnlyBeMoved) {
    lifo_queue<std::unique_ptr<int>> items;
    EXPECT_TRUE(items.try_put(std::make_unique<int>(1)));
    EXPECT_TRUE(items.try_put(std::make_unique<int>(2)));
    const std::vector<std::unique_ptr<int>> got = empty_out(items);
    ASSERT_EQ(got.size(), 2U);
    EXPECT_EQ(*got.front(), 2);
}

struct exchange {
    lifo_queue<counted> items{2};
    int put = 0;
    int got = 0;
};

task<> produce(std::shared_ptr<exchange> with) {
    try {
        for (int i = 0; i < 4; ++i) {
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

TEST(LifoQueue, LosesNoValueAndMakesNoneWhoeverIsCancelledWhenever) {
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
