#include <eddy/http_limits.hpp>

#include <gtest/gtest.h>

namespace {

using namespace eddy::http;

TEST(HttpLimits, HaveRoomForEveryLineOfAFullBlockOfHeaders) {
    const header_limits limits;
    EXPECT_LE(limits.line, limits.block);
    EXPECT_GE(limits.block / limits.count, 256u)
        << "a usual header line must fit as often as it may stand there";
}

TEST(HttpLimits, AreUnlimitedOnlyIfAskedFor) {
    const header_limits limits;
    EXPECT_LT(limits.block, unlimited);
}

}  // namespace
