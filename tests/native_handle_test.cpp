#include <eddy/native_handle.hpp>

#include "support/sockets.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace eddy {
namespace {

using testing::is_open;
using testing::open_pair;
using testing::socket_pair;

TEST(UniqueHandle, IsEmptyAtFirst) {
    const unique_handle none;
    EXPECT_FALSE(none);
    EXPECT_EQ(none.get(), invalid_handle);
}

TEST(UniqueHandle, ClosesItsHandleAtItsEnd) {
    native_handle number = invalid_handle;
    {
        const socket_pair pair = open_pair();
        number = pair.one.get();
        EXPECT_TRUE(is_open(number));
    }
    EXPECT_FALSE(is_open(number));
}

TEST(UniqueHandle, HandsItsHandleOverWhenItIsMoved) {
    socket_pair pair = open_pair();
    const native_handle number = pair.one.get();
    unique_handle moved(std::move(pair.one));
    EXPECT_FALSE(pair.one);
    EXPECT_EQ(moved.get(), number);
    const native_handle replaced = pair.other.get();
    pair.other = std::move(moved);
    EXPECT_EQ(pair.other.get(), number);
    EXPECT_TRUE(is_open(number));
    EXPECT_FALSE(is_open(replaced));
}

TEST(UniqueHandle, SurvivesBeingMovedToItself) {
    socket_pair pair = open_pair();
    unique_handle& itself = pair.one;
    pair.one = std::move(itself);
    EXPECT_TRUE(is_open(pair.one.get()));
}

TEST(UniqueHandle, GivesItsHandleUpWithoutClosingIt) {
    socket_pair pair = open_pair();
    const native_handle number = pair.one.release();
    EXPECT_FALSE(pair.one);
    EXPECT_TRUE(is_open(number));
    close_handle(number);
    EXPECT_FALSE(is_open(number));
}

TEST(UniqueHandle, ClosesTheOldHandleWhenItGetsANewOne) {
    socket_pair pair = open_pair();
    const native_handle old = pair.one.get();
    pair.one.reset(pair.other.release());
    EXPECT_FALSE(is_open(old));
    pair.one.reset();
    EXPECT_FALSE(pair.one);
}

static_assert(!std::is_copy_constructible_v<unique_handle>);
static_assert(std::is_nothrow_move_constructible_v<unique_handle>);

}  // namespace
}  // namespace eddy
