#include <eddy/tls_context.hpp>

#include "support/tls_ends.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/pem.h>

namespace {

using namespace eddy;
using namespace eddy::testing;

TEST(TlsContext, RefusesAServerWithoutACertificate) {
    EXPECT_THROW(tls_context::server(tls_options()), std::invalid_argument);
}

TEST(TlsContext, RefusesAServerThatChecksItsClientsAgainstNobody) {
    EXPECT_THROW(tls_context::server(server_options().require_client_certificate()),
                 std::invalid_argument);
}

TEST(TlsContext, RefusesAKeyThatDoesNotFitItsCertificate) {
    const certificate mixed{trusted_authority().issue("a").chain,
                            trusted_authority().issue("b").key};
    EXPECT_THROW(tls_context::server(tls_options().own_certificate(mixed)), std::runtime_error);
}

TEST(TlsContext, RefusesTextThatIsNoPem) {
    EXPECT_THROW(tls_context::client(tls_options().authority_pem("no PEM")), std::runtime_error);
    EXPECT_THROW(tls_context::client(tls_options().authority_pem("")), std::runtime_error);
    EXPECT_THROW(tls_context::server(tls_options().own_certificate({"no", "PEM"})),
                 std::runtime_error);
    const std::string damaged = trusted_authority().pem() + "-----BEGIN CERTIFICATE-----\nMIIB\n";
    EXPECT_THROW(tls_context::client(tls_options().authority_pem(damaged)), std::runtime_error);
}

TEST(TlsContext, RefusesAnEncryptedKeyInsteadOfAskingForItsPassword) {
    const certificate plain = trusted_authority().issue("localhost");
    BIO* memory = BIO_new_mem_buf(plain.key.data(), static_cast<int>(plain.key.size()));
    EVP_PKEY* key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
    BIO* encrypted = BIO_new(BIO_s_mem());
    PEM_write_bio_PKCS8PrivateKey(encrypted, key, EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr);
    char* begin = nullptr;
    const long size = BIO_get_mem_data(encrypted, &begin);
    const certificate locked{plain.chain, std::string(begin, static_cast<std::size_t>(size))};
    EXPECT_THROW(tls_context::server(tls_options().own_certificate(locked)), std::runtime_error);
    EVP_PKEY_free(key);
    BIO_free(memory);
    BIO_free(encrypted);
}

TEST(TlsContext, TrustsEveryAuthorityThatWasNamed) {
    const certificate_authority other("other");
    const tls_options both = client_options().authority_pem(other.pem());
    for (const certificate& shown :
         {other.issue("localhost"), trusted_authority().issue("localhost")}) {
        tls_ends ends(both, tls_options().own_certificate(shown));
        ends.settle();
        EXPECT_FALSE(ends.client.failure);
    }
}

TEST(TlsContext, LetsTheServerChooseTheApplicationProtocol) {
    tls_ends ends(client_options().protocol("spdy/3").protocol("http/1.1").protocol("h2"),
                  server_options().protocol("h2").protocol("http/1.1"));
    ends.settle();
    EXPECT_EQ(ends.client.engine.alpn(), "h2");
    EXPECT_EQ(ends.server.engine.alpn(), "h2");
}

TEST(TlsContext, EndsTheHandshakeWithoutACommonApplicationProtocol) {
    tls_ends ends(client_options().protocol("h2"), server_options().protocol("http/1.1"));
    ends.settle();
    ASSERT_TRUE(ends.client.failure);
    EXPECT_EQ(ends.client.failure->code(), tls_errc::alert);
    EXPECT_STREQ(ends.client.failure->what(),
                 "handshake with localhost (tlsv1 alert no application protocol): "
                 "the peer ended the connection with an alert");
    EXPECT_TRUE(ends.server.failure);
}

TEST(TlsContext, ChoosesNoApplicationProtocolIfOneSideHasNone) {
    tls_ends silent_client(client_options(), server_options().protocol("h2"));
    EXPECT_EQ(silent_client.settle().client.engine.alpn(), "");
    EXPECT_TRUE(silent_client.server.is_ready);
    tls_ends silent_server(client_options().protocol("h2"), server_options());
    EXPECT_EQ(silent_server.settle().client.engine.alpn(), "");
    EXPECT_TRUE(silent_server.client.is_ready);
}

TEST(TlsContext, RefusesProtocolNamesThatCannotBeSent) {
    EXPECT_THROW(tls_options().protocol(""), std::invalid_argument);
    EXPECT_THROW(tls_options().protocol(std::string(256, 'x')), std::invalid_argument);
}

TEST(TlsContext, ServesOnlyClientsWithACertificateWhereItIsRequired) {
    const tls_options strict =
        server_options().require_client_certificate().authority_pem(trusted_authority().pem());
    tls_ends known(client_options().own_certificate(trusted_authority().issue("client")), strict);
    known.settle();
    EXPECT_TRUE(known.server.is_ready);

    tls_ends nameless(client_options(), strict);
    nameless.settle();
    ASSERT_TRUE(nameless.server.failure);
    EXPECT_EQ(nameless.server.failure->code(), tls_errc::certificate_missing);
    // In TLS 1.3 the client learns it with its first read only.
    ASSERT_TRUE(nameless.client.failure);
    EXPECT_EQ(nameless.client.failure->code(), tls_errc::alert);

    const certificate_authority stranger;
    tls_ends strange(client_options().own_certificate(stranger.issue("client")), strict);
    strange.settle();
    ASSERT_TRUE(strange.server.failure);
    EXPECT_EQ(strange.server.failure->code(), tls_errc::certificate_unknown_authority);
}

TEST(TlsContext, IsSharedByThreads) {
    const tls_context client = tls_context::client(client_options());
    const tls_context server = tls_context::server(server_options());
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([client, server] {
            for (int k = 0; k < 50; ++k) {
                tls_ends ends(client, server);
                ends.settle();
                EXPECT_TRUE(ends.client.is_ready);
            }
        });
    }
    for (std::thread& each : threads) each.join();
}

}  // namespace
