#include <eddy/endpoint.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

namespace eddy {
namespace {

TEST(Endpoint, ParsesAddressLiteralsOfBothFamilies) {
    EXPECT_EQ(endpoint::parse("127.0.0.1", 80), endpoint::loopback(80));
    EXPECT_EQ(endpoint::parse("::1", 80), endpoint::loopback_v6(80));
    EXPECT_EQ(endpoint::parse("0.0.0.0", 1), endpoint::any(1));
}

TEST(Endpoint, ParsesNoNameAndNothingThatOnlyLooksLikeAnAddress) {
    for (const char* const text : {"", "localhost", "127.0.0.1:80", "[::1]", "1.2.3", "1.2.3.256",
                                   "127.0.0.1%lo", "::1::", " ::1", "fe80::1%no-such-device"}) {
        EXPECT_FALSE(endpoint::parse(text, 80)) << text;
    }
}

TEST(Endpoint, IsWrittenTheWayItIsWrittenInAnAddressBar) {
    EXPECT_EQ(endpoint::loopback(8080).to_string(), "127.0.0.1:8080");
    EXPECT_EQ(endpoint::loopback_v6(8080).to_string(), "[::1]:8080");
    EXPECT_EQ(endpoint::any(8080).to_string(), "0.0.0.0:8080");
    EXPECT_EQ(endpoint::local("/run/x.sock").to_string(), "/run/x.sock");
    EXPECT_EQ(endpoint().to_string(), "unknown");
}

TEST(Endpoint, KnowsItsFamily) {
    EXPECT_EQ(endpoint::loopback().family(), address_family::ipv4);
    EXPECT_EQ(endpoint::loopback_v6().family(), address_family::ipv6);
    EXPECT_EQ(endpoint::local("/run/x.sock").family(), address_family::local);
    EXPECT_EQ(endpoint().family(), address_family::none);
}

TEST(Endpoint, ChangesItsPortAndNothingElse) {
    EXPECT_EQ(endpoint::loopback(1).with_port(65535), endpoint::loopback(65535));
    EXPECT_EQ(endpoint::loopback_v6(1).with_port(2).port(), 2);
    EXPECT_EQ(endpoint::local("/run/x.sock").with_port(2), endpoint::local("/run/x.sock"));
    EXPECT_EQ(endpoint::local("/run/x.sock").port(), 0);
}

TEST(Endpoint, DiffersByAddressPortAndFamily) {
    EXPECT_NE(endpoint::loopback(1), endpoint::loopback(2));
    EXPECT_NE(endpoint::loopback(1), endpoint::any(1));
    EXPECT_NE(endpoint::loopback(1), endpoint::loopback_v6(1));
    EXPECT_EQ(endpoint(), endpoint());
}

TEST(Endpoint, TakesAPathOfAsManyBytesAsTheKernelDoes) {
    const std::string longest(107, 'p');
    EXPECT_EQ(endpoint::local(longest).address(), longest);
    EXPECT_THROW(endpoint::local(longest + 'p'), std::length_error);
}

TEST(Endpoint, RefusesNoPathAtAll) {
    EXPECT_THROW(endpoint::local(""), std::invalid_argument);
}

TEST(Endpoint, RefusesAZeroByteThatWouldHideTheRest) {
    using namespace std::string_view_literals;
    EXPECT_FALSE(endpoint::parse("127.0.0.1\0.example"sv, 80));
    EXPECT_FALSE(endpoint::parse("::1\0"sv, 80));
    EXPECT_THROW(endpoint::local("/tmp/a\0b"sv), std::invalid_argument);
}

TEST(Endpoint, IsFilledInByTheKernelThroughItsStorage) {
    const endpoint source = endpoint::loopback(4711);
    endpoint filled;
    std::ranges::copy(source.native(), filled.storage().begin());
    filled.resize(source.native().size());
    EXPECT_EQ(filled, source);
}

}  // namespace
}  // namespace eddy
