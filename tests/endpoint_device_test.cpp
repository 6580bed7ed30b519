#include <eddy/endpoint.hpp>

#include <gtest/gtest.h>

// Where the loopback device is called "lo".
namespace eddy {
namespace {

TEST(EndpointDevice, KeepsTheDeviceOfALinkLocalAddress) {
    const auto parsed = endpoint::parse("fe80::1%lo", 80);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->address(), "fe80::1%lo");
    EXPECT_EQ(parsed->to_string(), "[fe80::1%lo]:80");
}

}  // namespace
}  // namespace eddy
