#include <eddy/intrusive_queue.hpp>

#include <gtest/gtest.h>

namespace eddy {
namespace {

struct thing : queue_node {
    explicit thing(int of) : value(of) {}
    int value;
};

class IntrusiveQueue : public ::testing::Test {
protected:
    ~IntrusiveQueue() override {
        while (!queue.empty()) queue.pop_front();
    }

    void fill() {
        for (thing* const each : {&one, &two, &three}) queue.push_back(*each);
    }

    thing one{1};
    thing two{2};
    thing three{3};
    intrusive_queue<thing> queue;
};

TEST_F(IntrusiveQueue, StartsEmpty) {
    EXPECT_TRUE(queue.empty());
}

TEST_F(IntrusiveQueue, CostsAnObjectOnePointer) {
    EXPECT_EQ(sizeof(queue_node), sizeof(void*));
}

TEST_F(IntrusiveQueue, GivesObjectsInTheOrderInWhichTheyCame) {
    fill();
    EXPECT_EQ(&queue.pop_front(), &one);
    EXPECT_EQ(&queue.pop_front(), &two);
    EXPECT_EQ(&queue.pop_front(), &three);
    EXPECT_TRUE(queue.empty());
}

TEST_F(IntrusiveQueue, TakesAnObjectAgainBehindTheOthers) {
    fill();
    queue.push_back(queue.pop_front());
    EXPECT_EQ(&queue.pop_front(), &two);
    EXPECT_EQ(&queue.pop_front(), &three);
    EXPECT_EQ(&queue.pop_front(), &one);
}

TEST_F(IntrusiveQueue, TakesAllOfAnotherOneBehindItsOwn) {
    intrusive_queue<thing> other;
    queue.append(other);
    EXPECT_TRUE(queue.empty());
    other.push_back(one);
    queue.append(other);
    EXPECT_TRUE(other.empty());
    other.push_back(two);
    other.push_back(three);
    queue.append(other);
    EXPECT_EQ(&queue.pop_front(), &one);
    EXPECT_EQ(&queue.pop_front(), &two);
    EXPECT_EQ(&queue.pop_front(), &three);
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(other.empty());
}

TEST_F(IntrusiveQueue, GoesOnAfterItWasEmpty) {
    queue.push_back(one);
    EXPECT_EQ(&queue.pop_front(), &one);
    queue.push_back(two);
    queue.push_back(one);
    EXPECT_EQ(&queue.pop_front(), &two);
    EXPECT_EQ(&queue.pop_front(), &one);
    EXPECT_TRUE(queue.empty());
}

}  // namespace
}  // namespace eddy
