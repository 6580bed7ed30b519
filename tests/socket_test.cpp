#include <eddy/socket.hpp>

#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

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

TEST(Socket, IsClosedWhenAnotherProgramIsStarted) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::stream, error);
    ASSERT_FALSE(error);
    EXPECT_TRUE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC);
}

TEST(Socket, IsOpenedInTheBlockingMode) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::datagram, error);
    ASSERT_FALSE(error);
    EXPECT_FALSE(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK);
}

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

TEST(Socket, HasNoRemoteEndBeforeItIsConnected) {
    const unique_handle socket = open_tcp_socket();
    std::error_code error;
    EXPECT_EQ(remote_endpoint(socket.get(), error), endpoint());
    EXPECT_EQ(error, std::errc::not_connected);
}

TEST(Socket, TakesEachOption) {
    const unique_handle v4 = open_tcp_socket();
    for (const socket_option option : {socket_option::reuse_address, socket_option::reuse_port,
                                       socket_option::no_delay, socket_option::keep_alive}) {
        EXPECT_EQ(set_option(v4.get(), option, 1), std::error_code());
    }
    EXPECT_EQ(set_option(v4.get(), socket_option::receive_buffer, 65536), std::error_code());
    EXPECT_EQ(set_option(v4.get(), socket_option::send_buffer, 65536), std::error_code());
}

TEST(Socket, ReportsAnOptionThatDoesNotBelongToIt) {
    const unique_handle v4 = open_tcp_socket();
    EXPECT_NE(set_option(v4.get(), socket_option::v6_only, 1), std::error_code());
}

TEST(Socket, EndsOneSideOfItsConnection) {
    const socket_pair pair = open_tcp_pair();
    ASSERT_EQ(shutdown_socket(pair.one.get(), shutdown_side::send), std::error_code());
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

TEST(Socket, ListensAtALocalPath) {
    const endpoint at =
        endpoint::local(::testing::TempDir() + "eddy-socket-test-" + std::to_string(::getpid()));
    std::error_code error;
    const unique_handle socket = open_socket(address_family::local, socket_type::stream, error);
    ASSERT_EQ(bind_socket(socket.get(), at), std::error_code());
    EXPECT_EQ(listen_socket(socket.get(), 1), std::error_code());
    EXPECT_EQ(local_endpoint(socket.get(), error), at);
    ::unlink(at.address().c_str());
}

TEST(Socket, TellsWhetherALocalSocketWasAbandoned) {
    for (const socket_type type : {socket_type::stream, socket_type::datagram}) {
        const testing::temporary_folder folder;
        const endpoint at = endpoint::local(folder.path("socket"));
        EXPECT_FALSE(is_abandoned(at)) << "there is nothing";
        std::error_code error;
        unique_handle socket = open_socket(address_family::local, type, error);
        ASSERT_FALSE(bind_socket(socket.get(), at));
        if (type == socket_type::stream) {
            ASSERT_FALSE(listen_socket(socket.get(), 1));
            testing::make_non_blocking(socket.get());
        }
        EXPECT_FALSE(is_abandoned(at)) << "somebody has it open";
        EXPECT_LT(::accept(socket.get(), nullptr, nullptr), 0)
            << "and must not notice the question";
        socket.reset();
        EXPECT_TRUE(is_abandoned(at));
    }
}

}  // namespace
}  // namespace eddy
