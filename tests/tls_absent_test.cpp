#include <eddy/certificate.hpp>
#include <eddy/tls_context.hpp>
#include <eddy/tls_error.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace eddy;

template <class Make>
std::string refusal_of(Make make) {
    try {
        make();
        return "none";
    } catch (const tls_error& refused) {
        EXPECT_EQ(refused.code(), tls_errc::not_built_in);
        return refused.what();
    }
}

TEST(WithoutTls, ALibrarySaysSo) {
    EXPECT_FALSE(has_tls());
}

TEST(WithoutTls, AContextIsRefused) {
    EXPECT_EQ(refusal_of([] { tls_context::client(); }),
              "make a TLS context: eddy was built without TLS");
    EXPECT_EQ(refusal_of([] { tls_context::server(tls_options()); }),
              "make a TLS context: eddy was built without TLS");
}

TEST(WithoutTls, ACertificateIsRefused) {
    EXPECT_EQ(refusal_of([] { certificate_authority(); }),
              "make a certificate: eddy was built without TLS");
}

}  // namespace
