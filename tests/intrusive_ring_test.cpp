#include <eddy/intrusive_ring.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace eddy {
namespace {

struct by_age;

struct thing : ring_node<by_age> {
    explicit thing(int of) : value(of) {}
    int value;
};

using age_ring = intrusive_ring<thing, by_age>;

class IntrusiveRing : public ::testing::Test {
protected:
    ~IntrusiveRing() override {
        while (!ring.empty()) ring.pop_front();
    }

    std::vector<int> values() const {
        std::vector<int> all;
        for (thing* each = ring.front(); each != nullptr; each = ring.next(*each)) {
            all.push_back(each->value);
        }
        return all;
    }

    void fill() {
        for (thing* const each : {&one, &two, &three}) ring.push_back(*each);
    }

    thing one{1};
    thing two{2};
    thing three{3};
    age_ring ring;
};

TEST_F(IntrusiveRing, StartsEmpty) {
    EXPECT_TRUE(ring.empty());
    EXPECT_EQ(ring.front(), nullptr);
    EXPECT_FALSE(one.is_linked());
}

TEST_F(IntrusiveRing, IsOnePointerLarge) {
    EXPECT_EQ(sizeof(age_ring), sizeof(void*));
}

TEST_F(IntrusiveRing, KeepsTheOrderInWhichObjectsCame) {
    fill();
    EXPECT_EQ(values(), (std::vector{1, 2, 3}));
    EXPECT_EQ(&ring.pop_front(), &one);
    EXPECT_FALSE(one.is_linked());
    ring.push_back(one);
    EXPECT_EQ(values(), (std::vector{2, 3, 1}));
}

TEST_F(IntrusiveRing, ComesToAnEndAfterItsLastObject) {
    ring.push_back(one);
    EXPECT_EQ(ring.next(one), nullptr);
    ring.push_back(two);
    EXPECT_EQ(ring.next(one), &two);
    EXPECT_EQ(ring.next(two), nullptr);
}

TEST_F(IntrusiveRing, LetsAnObjectGoFromAnyPlace) {
    fill();
    ring.remove(two);
    EXPECT_EQ(values(), (std::vector{1, 3})) << "from the middle";
    ring.remove(one);
    EXPECT_EQ(values(), (std::vector{3})) << "from the front";
    ring.push_back(two);
    ring.remove(two);
    EXPECT_EQ(values(), (std::vector{3})) << "from the back";
    ring.remove(three);
    EXPECT_TRUE(ring.empty()) << "the only one";
}

}  // namespace
}  // namespace eddy
