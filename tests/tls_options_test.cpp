#include <eddy/tls_options.hpp>

#include "support/temporary_folder.hpp"
#include "support/tls_ends.hpp"

#include <gtest/gtest.h>

#include <string>
#include <system_error>

namespace {

using namespace eddy;
using namespace eddy::testing;

TEST(TlsOptions, TakeCertificatesFromFiles) {
    const temporary_folder folder;
    const std::string chain = folder.path("chain.pem");
    const std::string key = folder.path("key.pem");
    const std::string authority = folder.path("authority.pem");
    trusted_authority().issue("localhost").write(chain, key);
    trusted_authority().own().write(authority, folder.path("authority.key"));

    tls_ends ends(tls_options().authority_file(authority),
                  tls_options().own_certificate_files(chain, key));
    ends.settle();
    EXPECT_TRUE(ends.client.is_ready);
}

TEST(TlsOptions, NameTheFileThatCannotBeRead) {
    try {
        tls_options().authority_file("/no/such/file.pem");
        FAIL() << "read a file that is not there";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_NE(std::string(error.what()).find("read /no/such/file.pem"), std::string::npos);
    }
    EXPECT_THROW(tls_options().own_certificate_files("/no/such/a", "/no/such/b"),
                 std::system_error);
    EXPECT_THROW(tls_options().authority_file(temporary_folder().path(".")), std::system_error)
        << "a folder is no file";
}

TEST(TlsOptions, NameTlsVersionsForPeople) {
    EXPECT_EQ(to_string(tls_version::tls_1_2), "TLS 1.2");
    EXPECT_EQ(to_string(tls_version::tls_1_3), "TLS 1.3");
}

}  // namespace
