#include <eddy/socket.hpp>

#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace eddy {
namespace {

using testing::listening_socket;
using testing::open_listener;
using testing::open_pair;
using testing::open_tcp_pair;
using testing::open_tcp_socket;
using testing::receive_some;
using testing::send_all;
using testing::socket_pair;

TEST(Socket, ReportsAFamilyThatDoesNotExist) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::none, socket_type::stream, error);
    EXPECT_FALSE(socket);
    EXPECT_EQ(error, std::errc::address_family_not_supported) << error.message();
}

TEST(Socket, ClearsTheErrorWhenAllWentWell) {
    std::error_code error = std::make_error_code(std::errc::io_error);
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::stream, error);
    EXPECT_FALSE(error);
    ASSERT_FALSE(bind_socket(socket.get(), endpoint::loopback()));
    error = std::make_error_code(std::errc::io_error);
    local_endpoint(socket.get(), error);
    EXPECT_FALSE(error);
}

TEST(Socket, IsBoundToAPortThatTheSystemChooses) {
    const listening_socket listener = open_listener();
    EXPECT_EQ(listener.at.address(), "127.0.0.1");
    EXPECT_NE(listener.at.port(), 0);
}

TEST(Socket, CannotBeBoundWhereAnotherOneListens) {
    const listening_socket listener = open_listener();
    const unique_handle second = open_tcp_socket();
    EXPECT_EQ(bind_socket(second.get(), listener.at), std::errc::address_in_use);
}

TEST(Socket, KnowsBothEndsOfItsConnection) {
    const socket_pair pair = open_tcp_pair();
    std::error_code error;
    EXPECT_EQ(local_endpoint(pair.one.get(), error), remote_endpoint(pair.other.get(), error));
    EXPECT_EQ(remote_endpoint(pair.one.get(), error), local_endpoint(pair.other.get(), error));
    EXPECT_FALSE(error);
}

TEST(Socket, HasNoAddressOfItsOwnBeforeItIsBound) {
    const unique_handle socket = open_tcp_socket();
    std::error_code error = std::make_error_code(std::errc::io_error);
    EXPECT_EQ(local_endpoint(socket.get(), error).port(), 0);
    EXPECT_FALSE(error) << error.message();
}

TEST(Socket, HasNoRemoteEndBeforeItIsConnected) {
    const unique_handle socket = open_tcp_socket();
    std::error_code error;
    EXPECT_EQ(remote_endpoint(socket.get(), error), endpoint());
    EXPECT_EQ(error, std::errc::not_connected);
}

TEST(Socket, TakesEachOption) {
    const unique_handle v4 = open_tcp_socket();
    for (const socket_option option :
         {socket_option::reuse_address, socket_option::no_delay, socket_option::keep_alive}) {
        EXPECT_EQ(set_option(v4.get(), option, 1), std::error_code());
    }
    EXPECT_EQ(set_option(v4.get(), socket_option::receive_buffer, 65536), std::error_code());
    EXPECT_EQ(set_option(v4.get(), socket_option::send_buffer, 65536), std::error_code());
}

TEST(Socket, ReportsAnOptionThatDoesNotBelongToIt) {
    const listening_socket datagrams = testing::open_datagram_socket();
    EXPECT_NE(set_option(datagrams.handle.get(), socket_option::no_delay, 1), std::error_code());
}

TEST(Socket, EndsOneSideOfItsConnection) {
    const socket_pair pair = open_tcp_pair();
    ASSERT_EQ(shutdown_sending(pair.one.get()), std::error_code());
    EXPECT_EQ(receive_some(pair.other.get()), "");
    send_all(pair.other.get(), "still open this way");
    EXPECT_EQ(receive_some(pair.one.get()), "still open this way");
}

TEST(Socket, ComesInConnectedPairs) {
    const socket_pair pair = open_pair();
    send_all(pair.one.get(), "to the other");
    EXPECT_EQ(receive_some(pair.other.get()), "to the other");
    send_all(pair.other.get(), "and back");
    EXPECT_EQ(receive_some(pair.one.get()), "and back");
}

}  // namespace
}  // namespace eddy
