#include <eddy/socket.hpp>

#include "support/sockets.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

// What only sockets that are descriptors have.
namespace eddy {
namespace {

TEST(SocketDescriptor, IsClosedWhenAnotherProgramIsStarted) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::stream, error);
    ASSERT_FALSE(error);
    EXPECT_TRUE(::fcntl(socket.get(), F_GETFD) & FD_CLOEXEC);
}

TEST(SocketDescriptor, IsOpenedInTheBlockingMode) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::datagram, error);
    ASSERT_FALSE(error);
    EXPECT_FALSE(::fcntl(socket.get(), F_GETFL) & O_NONBLOCK);
}

TEST(SocketDescriptor, ListensAtALocalPath) {
    const endpoint at =
        endpoint::local(::testing::TempDir() + "eddy-socket-test-" + std::to_string(::getpid()));
    std::error_code error;
    const unique_handle socket = open_socket(address_family::local, socket_type::stream, error);
    ASSERT_EQ(bind_socket(socket.get(), at), std::error_code());
    EXPECT_EQ(listen_socket(socket.get(), 1), std::error_code());
    EXPECT_EQ(local_endpoint(socket.get(), error), at);
    ::unlink(at.address().c_str());
}

TEST(SocketDescriptor, TellsWhetherALocalSocketWasAbandoned) {
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

TEST(SocketDescriptor, SharesItsPort) {
    std::error_code error;
    const unique_handle socket = open_socket(address_family::ipv4, socket_type::stream, error);
    EXPECT_EQ(set_option(socket.get(), socket_option::reuse_port, 1), std::error_code());
}

}  // namespace
}  // namespace eddy
