#include <eddy/tls_error.hpp>

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <system_error>

namespace {

using namespace eddy;

TEST(TlsError, IsASystemErrorThatNamesWhatWasDone) {
    const tls_error error(tls_errc::truncated, "read from example.com");
    const std::system_error& as_system_error = error;
    EXPECT_EQ(as_system_error.code(), tls_errc::truncated);
    EXPECT_STREQ(error.what(),
                 "read from example.com: the peer closed the connection without close_notify");
    EXPECT_FALSE(error.certificate());
}

TEST(TlsError, CarriesTheCertificateThatWasRefused) {
    const tls_error error(tls_errc::certificate_expired, "handshake with a", {10, 1, "CN=b"});
    ASSERT_TRUE(error.certificate());
    EXPECT_EQ(error.certificate()->code, 10);
    EXPECT_EQ(error.certificate()->depth, 1);
    EXPECT_EQ(error.certificate()->subject, "CN=b");
}

TEST(TlsError, HasAMessageOfItsOwnForEachKind) {
    std::set<std::string> messages;
    for (int kind = 1; kind <= static_cast<int>(tls_errc::not_built_in); ++kind) {
        EXPECT_TRUE(messages.insert(tls_category().message(kind)).second) << kind;
    }
    EXPECT_FALSE(messages.contains("unknown TLS error"));
    EXPECT_EQ(tls_category().message(0), "unknown TLS error");
    EXPECT_STREQ(tls_category().name(), "tls");
}

}  // namespace
