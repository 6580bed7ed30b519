#include <eddy/counted_ptr.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace eddy::testing {
namespace {

struct shared_thing {
    void acquire() noexcept { ++owners; }
    void release() noexcept { --owners; }

    int owners = 1;
    int value = 5;
};

using thing_ptr = counted_ptr<shared_thing>;

TEST(CountedPtr, OwnsNothingAtFirst) {
    const thing_ptr none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.get(), nullptr);
}

TEST(CountedPtr, TakesOverOneCountAndGivesItBack) {
    shared_thing thing;
    {
        const thing_ptr owner(&thing);
        EXPECT_TRUE(owner);
        EXPECT_EQ(thing.owners, 1);
        EXPECT_EQ(owner->value, 5);
        EXPECT_EQ(&*owner, &thing);
    }
    EXPECT_EQ(thing.owners, 0);
}

TEST(CountedPtr, CountsItsCopies) {
    shared_thing thing;
    const thing_ptr owner(&thing);
    {
        const thing_ptr copy = owner;
        EXPECT_EQ(thing.owners, 2);
        EXPECT_EQ(copy.get(), owner.get());
    }
    EXPECT_EQ(thing.owners, 1);
}

TEST(CountedPtr, PassesItsCountOnWhenItIsMoved) {
    shared_thing thing;
    thing_ptr owner(&thing);
    const thing_ptr heir = std::move(owner);
    EXPECT_EQ(thing.owners, 1);
    EXPECT_FALSE(owner);
    EXPECT_TRUE(heir);
}

TEST(CountedPtr, LetsGoOfWhatItOwnedWhenItIsAssignedTo) {
    shared_thing old;
    shared_thing other;
    thing_ptr owner(&old);
    const thing_ptr second(&other);
    owner = second;
    EXPECT_EQ(old.owners, 0);
    EXPECT_EQ(other.owners, 2);
    owner = thing_ptr();
    EXPECT_EQ(other.owners, 1);
}

}  // namespace
}  // namespace eddy::testing
