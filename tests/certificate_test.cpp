#include <eddy/certificate.hpp>

#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace {

using namespace eddy;
using eddy::testing::temporary_folder;

struct free_certificate {
    void operator()(X509* object) const { X509_free(object); }
};
using certificate_ptr = std::unique_ptr<X509, free_certificate>;

certificate_ptr parse(const std::string& pem) {
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    certificate_ptr parsed(PEM_read_bio_X509(memory, nullptr, nullptr, nullptr));
    BIO_free(memory);
    return parsed;
}

bool is_for_host(const certificate_ptr& shown, const std::string& host) {
    return X509_check_host(shown.get(), host.data(), host.size(),
                           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, nullptr) == 1;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST(Certificate, IsGoodForTheNamesAndAddressesItWasIssuedFor) {
    const certificate_authority authority;
    const auto issued = parse(authority
                                  .issue(certificate_request()
                                             .name("a.example")
                                             .name("*.b.example")
                                             .name("127.0.0.1")
                                             .name("::1"))
                                  .chain);
    ASSERT_TRUE(issued);
    EXPECT_TRUE(is_for_host(issued, "a.example"));
    EXPECT_TRUE(is_for_host(issued, "x.b.example"));
    EXPECT_FALSE(is_for_host(issued, "b.example"));
    EXPECT_EQ(X509_check_ip_asc(issued.get(), "127.0.0.1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(issued.get(), "::1", 0), 1);
    EXPECT_EQ(X509_check_ip_asc(issued.get(), "127.0.0.2", 0), 0);
}

TEST(Certificate, IsSignedByItsAuthority) {
    const certificate_authority authority;
    const certificate_authority other;
    const auto issuer = parse(authority.pem());
    const auto issued = parse(authority.issue("localhost").chain);
    EXPECT_EQ(X509_verify(issued.get(), X509_get0_pubkey(issuer.get())), 1);
    EXPECT_EQ(X509_verify(issued.get(), X509_get0_pubkey(parse(other.pem()).get())), 0);
    EXPECT_EQ(X509_check_issued(issuer.get(), issued.get()), X509_V_OK);
}

TEST(Certificate, OfAnAuthorityMaySignOthersAndAnIssuedOneMayNot) {
    const certificate_authority authority;
    EXPECT_EQ(X509_check_ca(parse(authority.pem()).get()), 1);
    EXPECT_EQ(X509_check_ca(parse(authority.issue("localhost").chain).get()), 0);
}

TEST(Certificate, IsValidInTheTimeThatWasAskedFor) {
    const auto now = std::chrono::system_clock::now();
    const auto hour = std::chrono::hours(1);
    const certificate_authority authority;
    const auto old = parse(
        authority.issue(certificate_request().name("localhost").valid(now - 2 * hour, now - hour))
            .chain);
    EXPECT_LT(X509_cmp_current_time(X509_get0_notAfter(old.get())), 0);
    const auto current = parse(authority.issue("localhost").chain);
    EXPECT_LT(X509_cmp_current_time(X509_get0_notBefore(current.get())), 0);
    EXPECT_GT(X509_cmp_current_time(X509_get0_notAfter(current.get())), 0);
}

TEST(Certificate, HasASerialNumberAndAKeyOfItsOwn) {
    const certificate_authority authority;
    const certificate one = authority.issue("localhost");
    const certificate other = authority.issue("localhost");
    EXPECT_NE(one.key, other.key);
    EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(parse(one.chain).get()),
                               X509_get0_serialNumber(parse(other.chain).get())),
              0);
}

TEST(Certificate, TakesHostNamesLongerThanACommonNameMayBe) {
    const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + ".example";
    EXPECT_TRUE(is_for_host(parse(certificate_authority().issue(host).chain), host));
}

TEST(Certificate, WritesFilesOfWhichOnlyTheOwnerReadsTheKey) {
    const temporary_folder folder;
    const std::string chain_path = folder.path("chain.pem");
    const std::string key_path = folder.path("key.pem");
    const certificate issued = certificate_authority().issue("localhost");
    std::ofstream(key_path) << "what was there before";
    issued.write(chain_path, key_path);
    EXPECT_EQ(read_file(chain_path), issued.chain);
    EXPECT_EQ(read_file(key_path), issued.key);
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(key_path).permissions(),
              perms::owner_read | perms::owner_write);
}

// Whoever opens the key while it is written can go on to read it, whatever its mode is later.
TEST(Certificate, LetsNobodyOpenTheKeyWhileItIsWritten) {
    const temporary_folder folder;
    const std::string key_path = folder.path("key.pem");
    const certificate issued = certificate_authority().issue("localhost");
    std::atomic<bool> stop = false;
    std::filesystem::perms seen{};
    std::thread spy([&] {
        while (!stop) {
            std::error_code absent;
            const auto found = std::filesystem::status(key_path, absent);
            if (std::filesystem::exists(found)) seen |= found.permissions();
        }
    });
    for (int round = 0; round < 300; ++round) issued.write(folder.path("chain.pem"), key_path);
    stop = true;
    spy.join();
    EXPECT_EQ(seen & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none);
}

TEST(Certificate, SaysWhichFileItCouldNotWrite) {
    const certificate issued = certificate_authority().issue("localhost");
    try {
        issued.write("/no/such/folder/chain.pem", "/no/such/folder/key.pem");
        FAIL() << "wrote into a folder that is not there";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
        EXPECT_NE(std::string(error.what()).find("/no/such/folder/chain.pem"), std::string::npos);
    }
}

}  // namespace
