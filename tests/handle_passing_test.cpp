#include <eddy/handle_passing.hpp>

#include "support/descriptor_limit.hpp"
#include "support/sockets.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fcntl.h>

namespace eddy {
namespace {

using testing::bytes_of;
using testing::open_pair;
using testing::receive_some;
using testing::send_all;
using testing::socket_pair;

std::size_t send(native_handle to, std::string text, native_handle passed = invalid_handle) {
    std::error_code error;
    const std::size_t sent =
        send_with_handle(to, bytes_of(text), passed, when_not_ready::wait, error);
    EXPECT_FALSE(error) << error.message();
    return sent;
}

std::string receive(native_handle from, std::vector<unique_handle>& handles) {
    std::string text(100, '\0');
    std::error_code error;
    text.resize(receive_with_handles(from, bytes_of(text), handles, when_not_ready::wait, error));
    EXPECT_FALSE(error) << error.message();
    return text;
}

TEST(HandlePassing, GivesTheOtherSideAHandleToTheSameFile) {
    const socket_pair way = open_pair();
    const socket_pair passed = open_pair();
    EXPECT_EQ(send(way.one.get(), "here", passed.one.get()), 4U);
    std::vector<unique_handle> handles;
    EXPECT_EQ(receive(way.other.get(), handles), "here");
    ASSERT_EQ(handles.size(), 1U);
    send_all(handles.front().get(), "hello");
    EXPECT_EQ(receive_some(passed.other.get()), "hello");
}

TEST(HandlePassing, ClosesWhatItReceivesOnExec) {
    const socket_pair way = open_pair();
    send(way.one.get(), "x", way.one.get());
    std::vector<unique_handle> handles;
    receive(way.other.get(), handles);
    ASSERT_EQ(handles.size(), 1U);
    EXPECT_TRUE(::fcntl(handles.front().get(), F_GETFD) & FD_CLOEXEC);
}

TEST(HandlePassing, KeepsHandlesAndBytesInOrder) {
    const socket_pair way = open_pair();
    send(way.one.get(), "a");
    send(way.one.get(), "b", way.one.get());
    send(way.one.get(), "c");
    send(way.one.get(), "d", way.other.get());
    std::vector<unique_handle> handles;
    std::string text;
    while (text.size() < 4) {
        text += receive(way.other.get(), handles);
        // None comes before the byte it was sent with.
        EXPECT_GE(handles.size(), text.size() >= 2 ? 1U : 0U);
        EXPECT_LE(handles.size(), text.size() / 2);
    }
    EXPECT_EQ(text, "abcd");
    EXPECT_EQ(handles.size(), 2U);
}

TEST(HandlePassing, GivesUpWhereItWouldHaveToWait) {
    const socket_pair way = open_pair();
    std::vector<unique_handle> handles;
    std::string text(10, '\0');
    std::error_code error;
    EXPECT_EQ(receive_with_handles(way.one.get(), bytes_of(text), handles, when_not_ready::give_up,
                                   error),
              0U);
    EXPECT_EQ(error, std::errc::operation_would_block);

    testing::fill(way.one.get());
    EXPECT_EQ(send_with_handle(way.one.get(), bytes_of(text), invalid_handle,
                               when_not_ready::give_up, error),
              0U);
    EXPECT_EQ(error, std::errc::operation_would_block);
}

TEST(HandlePassing, TellsTheEndOfTheStream) {
    socket_pair way = open_pair();
    way.one.reset();
    std::vector<unique_handle> handles;
    EXPECT_EQ(receive(way.other.get(), handles), "");
}

TEST(HandlePassing, ReportsAPeerThatHasGoneWithoutASignal) {
    socket_pair way = open_pair();
    way.other.reset();
    std::string text = "x";
    std::error_code error;
    send_with_handle(way.one.get(), bytes_of(text), invalid_handle, when_not_ready::wait, error);
    EXPECT_EQ(error, std::errc::broken_pipe) << error.message();
}

TEST(HandlePassing, ReportsHandlesForWhichThereIsNoRoom) {
    const socket_pair way = open_pair();
    send(way.one.get(), "x", way.one.get());
    std::vector<unique_handle> handles;
    std::string text(10, '\0');
    std::error_code error;
    {
        const testing::no_more_descriptors full;
        receive_with_handles(way.other.get(), bytes_of(text), handles, when_not_ready::wait, error);
    }
    EXPECT_EQ(error, std::errc::too_many_files_open) << error.message();
}

}  // namespace
}  // namespace eddy
