#include "work_stealing_deque.hpp"

#include "support/latch.hpp"

#include <gtest/gtest.h>

#include <random>
#include <thread>
#include <vector>

namespace eddy {
namespace {

TEST(WorkStealingDeque, GivesItsOwnerTheNewestAndThievesTheOldest) {
    int items[4] = {};
    work_stealing_deque<int> deque;
    for (int& each : items) deque.push(&each);
    EXPECT_EQ(deque.pop(), &items[3]);
    EXPECT_EQ(deque.steal(), &items[0]);
    EXPECT_EQ(deque.pop(), &items[2]);
    EXPECT_EQ(deque.steal(), &items[1]);
    EXPECT_TRUE(deque.is_empty());
    EXPECT_EQ(deque.pop(), nullptr);
    EXPECT_EQ(deque.steal(), nullptr);
}

TEST(WorkStealingDeque, GivesBackOneItemOnlyIfItIsTheNewest) {
    int items[2] = {};
    work_stealing_deque<int> deque;
    EXPECT_FALSE(deque.pop_if(&items[0]));
    deque.push(&items[0]);
    deque.push(&items[1]);
    EXPECT_FALSE(deque.pop_if(&items[0]));
    EXPECT_TRUE(deque.pop_if(&items[1]));
    EXPECT_EQ(deque.steal(), &items[0]);
    EXPECT_FALSE(deque.pop_if(&items[0])) << "it was stolen, though its slot still shows it";
}

TEST(WorkStealingDeque, GrowsAndKeepsTheOrder) {
    std::vector<int> items(1000);
    work_stealing_deque<int> deque(2);
    for (int& each : items) deque.push(&each);
    for (std::size_t i = 0; i < 500; ++i) ASSERT_EQ(deque.steal(), &items[i]);
    for (std::size_t i = 1000; i > 500; --i) ASSERT_EQ(deque.pop(), &items[i - 1]);
    EXPECT_TRUE(deque.is_empty());
}

TEST(WorkStealingDeque, TellsTheHeightAtOrAboveWhichNewItemsCome) {
    int items[2] = {};
    work_stealing_deque<int> deque;
    deque.push(&items[0]);
    const auto height = deque.height();
    deque.push(&items[1]);
    EXPECT_GT(deque.height(), height);
    deque.pop();
    EXPECT_EQ(deque.height(), height);
    deque.pop();
    deque.push(&items[1]);
    EXPECT_GE(deque.height(), height);
}

// The owner pushes and pops as chance has it, thieves steal all the time. Each item says how often
// it was taken; the value beside it is plain memory, which the sanitizers watch.
struct item {
    std::size_t value = 0;
    int taken = 0;
};

void take_turns(std::size_t thieves, std::size_t capacity, unsigned pop_percent) {
    constexpr std::size_t count = 20000;
    std::vector<item> items(count);
    work_stealing_deque<item> deque(capacity);
    testing::latch all_ready(static_cast<std::ptrdiff_t>(thieves + 1));
    std::atomic<std::size_t> left = count;

    const auto take = [&](item* taken) {
        if (taken == nullptr) return;
        ++taken->taken;
        taken->value *= 2;
        --left;
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < thieves; ++i)
        threads.emplace_back([&] {
            all_ready.arrive_and_wait();
            while (left > 0) take(deque.steal());
        });

    std::minstd_rand random(1);
    all_ready.arrive_and_wait();
    for (std::size_t pushed = 0; pushed < count;) {
        if (random() % 100 < pop_percent) {
            take(deque.pop());
        } else {
            items[pushed].value = pushed;
            deque.push(&items[pushed++]);
        }
    }
    while (left > 0) take(deque.pop());
    for (auto& each : threads) each.join();

    for (std::size_t i = 0; i < count; ++i) {
        ASSERT_EQ(items[i].taken, 1) << "item " << i;
        ASSERT_EQ(items[i].value, 2 * i);
    }
}

TEST(WorkStealingDeque, GivesEveryItemOnceWhenOwnerAndThiefMeetAtTheLastOne) {
    take_turns(1, 256, 50);
}

TEST(WorkStealingDeque, GivesEveryItemOnceWhileItGrowsUnderManyThieves) {
    take_turns(4, 2, 20);
}

TEST(WorkStealingDeque, GivesEveryItemOnceWhenThievesFightOverAFewItems) {
    take_turns(3, 2, 49);
}

}  // namespace
}  // namespace eddy
