#include <eddy/intrusive_list.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace eddy {
namespace {

struct by_colour;
struct by_size;

struct thing : list_node<by_colour>, list_node<by_size> {
    explicit thing(int of) : value(of) {}
    int value;
};

using colour_list = intrusive_list<thing, by_colour>;
using size_list = intrusive_list<thing, by_size>;

template <class List>
std::vector<int> values_of(List& list) {
    std::vector<int> values;
    for (const thing& each : list) values.push_back(each.value);
    return values;
}

class IntrusiveList : public ::testing::Test {
protected:
    ~IntrusiveList() override {
        while (!list.empty()) list.pop_front();
    }

    thing one{1};
    thing two{2};
    thing three{3};
    colour_list list;
};

TEST_F(IntrusiveList, StartsEmpty) {
    EXPECT_TRUE(list.empty());
    EXPECT_FALSE(one.list_node<by_colour>::is_linked());
}

TEST_F(IntrusiveList, KeepsTheOrderInWhichObjectsCame) {
    list.push_back(one);
    list.push_back(two);
    list.push_front(three);
    EXPECT_EQ(values_of(list), (std::vector{3, 1, 2}));
    EXPECT_EQ(&list.front(), &three);
    EXPECT_EQ(&list.pop_front(), &three);
    EXPECT_FALSE(three.list_node<by_colour>::is_linked());
    EXPECT_EQ(values_of(list), (std::vector{1, 2}));
}

TEST_F(IntrusiveList, LetsAnObjectLeaveFromAnyPlace) {
    for (thing* const each : {&one, &two, &three}) list.push_back(*each);
    two.list_node<by_colour>::unlink();
    EXPECT_EQ(values_of(list), (std::vector{1, 3}));
    one.list_node<by_colour>::unlink();
    three.list_node<by_colour>::unlink();
    EXPECT_TRUE(list.empty());
    list.push_back(two);
    EXPECT_EQ(values_of(list), (std::vector{2}));
}

TEST_F(IntrusiveList, TakesAllOfAnotherListInOrder) {
    colour_list other;
    list.push_back(one);
    other.push_back(two);
    other.push_back(three);
    list.append(other);
    EXPECT_TRUE(other.empty());
    EXPECT_EQ(values_of(list), (std::vector{1, 2, 3}));
    list.append(other);
    EXPECT_EQ(values_of(list), (std::vector{1, 2, 3}));
    other.push_back(list.pop_front());
    other.append(list);
    EXPECT_EQ(values_of(other), (std::vector{1, 2, 3}));
    list.append(other);
}

TEST_F(IntrusiveList, LetsAllObjectsGoWhenItIsCleared) {
    list.clear();
    list.push_back(one);
    list.push_back(two);
    list.clear();
    EXPECT_TRUE(list.empty());
    EXPECT_FALSE(one.list_node<by_colour>::is_linked());
    EXPECT_FALSE(two.list_node<by_colour>::is_linked());
}

TEST_F(IntrusiveList, HoldsAnObjectThatStandsInAnotherListAsWell) {
    size_list sizes;
    for (thing* const each : {&one, &two, &three}) list.push_back(*each);
    for (thing* const each : {&three, &one}) sizes.push_back(*each);
    one.list_node<by_colour>::unlink();
    EXPECT_EQ(values_of(list), (std::vector{2, 3}));
    EXPECT_EQ(values_of(sizes), (std::vector{3, 1}));
    while (!sizes.empty()) sizes.pop_front();
}

}  // namespace
}  // namespace eddy
