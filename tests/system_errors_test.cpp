#include <eddy/system_errors.hpp>

#include <eddy/socket.hpp>

#include <gtest/gtest.h>

namespace eddy {
namespace {

TEST(SystemErrors, AreThoseThatCallsReport) {
    const std::error_code error = listen_socket(invalid_handle, 1);
    ASSERT_TRUE(error);
    EXPECT_EQ(error.category(), system_errors());
}

TEST(SystemErrors, AreKnownByTheNamesOfTheStandard) {
    std::error_code error;
    const unique_handle one = open_socket(address_family::ipv4, socket_type::stream, error);
    const unique_handle other = open_socket(address_family::ipv4, socket_type::stream, error);
    ASSERT_FALSE(bind_socket(one.get(), endpoint::loopback()));
    ASSERT_FALSE(listen_socket(one.get(), 1));
    EXPECT_EQ(bind_socket(other.get(), local_endpoint(one.get(), error)),
              std::errc::address_in_use);
}

}  // namespace
}  // namespace eddy
