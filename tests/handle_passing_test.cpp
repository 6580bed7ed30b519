#include <eddy/handle_passing.hpp>

#include "support/channels.hpp"

#include <eddy/shared_memory.hpp>

#include <gtest/gtest.h>

#include <string>

namespace eddy::testing {
namespace {

std::byte& byte_of(const memory_mapping& memory) {
    return memory.bytes()[50];
}

TEST(HandlePassing, GivesTheOtherSideAHandleToTheSameFile) {
    channel_pair way;
    std::error_code error;
    const unique_handle passed = open_shared_memory(100, error);
    ASSERT_FALSE(seal_size(passed.get()));
    EXPECT_EQ(send(way.one, "here", passed.get()), 4U);
    std::vector<unique_handle> handles;
    EXPECT_EQ(receive(way.other, handles), "here");
    ASSERT_EQ(handles.size(), 1U);
    const auto access = mapping_access::read_and_write;
    const memory_mapping ours = memory_mapping::open(passed.get(), access, error);
    const memory_mapping theirs = memory_mapping::open(handles.front().get(), access, error);
    ASSERT_FALSE(error) << error.message();
    byte_of(ours) = std::byte(7);
    EXPECT_EQ(byte_of(theirs), std::byte(7));
}

TEST(HandlePassing, KeepsHandlesAndBytesInOrder) {
    channel_pair way;
    send(way.one, "a");
    send(way.one, "b", way.one.socket);
    send(way.one, "c");
    send(way.one, "d", way.other.socket);
    std::vector<unique_handle> handles;
    std::string text;
    while (text.size() < 4) {
        text += receive(way.other, handles);
        // None comes before the byte it was sent with.
        EXPECT_GE(handles.size(), text.size() >= 2 ? 1U : 0U);
        EXPECT_LE(handles.size(), text.size() / 2);
    }
    EXPECT_EQ(text, "abcd");
    EXPECT_EQ(handles.size(), 2U);
}

TEST(HandlePassing, CutsWhatIsReceivedIntoPiecesAsTheReceiverLikes) {
    channel_pair way;
    EXPECT_EQ(send(way.one, "together", way.one.socket), 8U);
    std::vector<unique_handle> handles;
    std::string text;
    while (text.size() < 8) {
        std::string piece(3, '\0');
        std::error_code error;
        piece.resize(
            receive_with_handles(way.other, bytes_of(piece), handles, when_not_ready::wait, error));
        ASSERT_FALSE(error) << error.message();
        text += piece;
    }
    EXPECT_EQ(text, "together");
    EXPECT_EQ(handles.size(), 1U);
}

TEST(HandlePassing, GivesUpWhereItWouldHaveToWait) {
    channel_pair way;
    std::vector<unique_handle> handles;
    std::string text(50'000, '\0');
    std::error_code error;
    const auto give_up = when_not_ready::give_up;
    EXPECT_EQ(receive_with_handles(way.one, bytes_of(text), handles, give_up, error), 0U);
    EXPECT_EQ(error, std::errc::operation_would_block);

    while (send_with_handle(way.one, bytes_of(text), invalid_handle, give_up, error) > 0) continue;
    EXPECT_EQ(error, std::errc::operation_would_block);
}

TEST(HandlePassing, LosesNothingWhenItGaveUpInBetween) {
    channel_pair way;
    std::string sent(4'000'000, '\0');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
    std::span<std::byte> to_send = bytes_of(sent);
    std::string received;
    std::vector<unique_handle> handles;
    std::error_code error;
    // A handle with the first byte, and no second one however often the rest is offered.
    native_handle passed = way.one.socket;
    while (received.size() < sent.size()) {
        const std::size_t taken = send_with_handle(
            way.one, to_send.first(std::min<std::size_t>(to_send.size(), 1'000'000)), passed,
            when_not_ready::give_up, error);
        if (taken > 0) passed = invalid_handle;
        to_send = to_send.subspan(taken);
        std::string piece(50'000, '\0');
        piece.resize(receive_with_handles(way.other, bytes_of(piece), handles,
                                          when_not_ready::give_up, error));
        received += piece;
    }
    EXPECT_TRUE(received == sent);
    EXPECT_EQ(handles.size(), 1U);
}

TEST(HandlePassing, TellsTheEndOfTheStream) {
    channel_pair way;
    way.sockets.one.reset();
    std::vector<unique_handle> handles;
    EXPECT_EQ(receive(way.other, handles), "");
}

TEST(HandlePassing, ReportsAPeerThatHasGoneWithoutASignal) {
    channel_pair way;
    way.sockets.other.reset();
    std::string text = "x";
    std::error_code error;
    while (!error)
        send_with_handle(way.one, bytes_of(text), invalid_handle, when_not_ready::wait, error);
    EXPECT_TRUE(means_that_the_peer_has_gone(error)) << error.message();
}

}  // namespace
}  // namespace eddy::testing
