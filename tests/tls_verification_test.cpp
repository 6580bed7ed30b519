// What a client says to the certificates that it meets: catalogue of field failures.
#include "support/tls_ends.hpp"

#include <eddy/tls_engine.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace {

using namespace eddy;
using namespace eddy::testing;
using std::chrono::hours;
using std::chrono::system_clock;

struct openssl_free {
    void operator()(BIO* object) const { BIO_free(object); }
    void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
    void operator()(X509* object) const { X509_free(object); }
    void operator()(X509_EXTENSION* object) const { X509_EXTENSION_free(object); }
};
template <typename Object>
using owned = std::unique_ptr<Object, openssl_free>;

owned<BIO> open_text(const std::string& text) {
    return owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(const owned<BIO>& memory) {
    char* begin = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &begin);
    return {begin, static_cast<std::size_t>(size)};
}

/// A certificate that certificate_authority would not make, signed by `issuer`.
certificate make_odd(EVP_PKEY* borrowed_key, const EVP_MD* digest,
                     const std::vector<std::pair<int, std::string>>& extensions,
                     const certificate& issuer = trusted_authority().own(),
                     std::string_view subject = "odd\nname") {
    const owned<EVP_PKEY> key(borrowed_key);
    const owned<X509> authority(
        PEM_read_bio_X509(open_text(issuer.chain).get(), nullptr, nullptr, nullptr));
    const owned<EVP_PKEY> authority_key(
        PEM_read_bio_PrivateKey(open_text(issuer.key).get(), nullptr, nullptr, nullptr));
    const owned<X509> made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 77);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
    X509_set_pubkey(made.get(), key.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(subject.data()),
                               static_cast<int>(subject.size()), -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(authority.get()));
    for (const auto& [kind, value] : extensions) {
        X509V3_CTX context;
        X509V3_set_ctx(&context, authority.get(), made.get(), nullptr, nullptr, 0);
        const owned<X509_EXTENSION> extension(
            X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
        X509_add_ext(made.get(), extension.get(), -1);
    }
    X509_sign(made.get(), authority_key.get(), digest);

    const owned<BIO> chain(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(chain.get(), made.get());
    const owned<BIO> key_text(BIO_new(BIO_s_mem()));
    PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    return {text_of(chain), text_of(key_text)};
}

const std::pair<int, std::string> for_localhost{NID_subject_alt_name, "DNS:localhost"};

std::optional<tls_error> failure_of(const certificate& shown, std::string_view host,
                                    const tls_options& client = client_options()) {
    tls_ends ends(client, tls_options().own_certificate(shown), host);
    ends.settle();
    return ends.client.failure;
}

void expect_refused(const certificate& shown, std::string_view host, tls_errc why) {
    const auto failure = failure_of(shown, host);
    ASSERT_TRUE(failure) << "accepted";
    EXPECT_EQ(failure->code(), why) << failure->what();
    EXPECT_TRUE(failure->certificate());
}

TEST(TlsVerification, AcceptsACertificateForTheHost) {
    EXPECT_FALSE(failure_of(trusted_authority().issue("localhost"), "localhost"));
    EXPECT_FALSE(failure_of(trusted_authority().issue("localhost"), "LOCALHOST"));
    EXPECT_FALSE(failure_of(trusted_authority().issue("localhost"), "localhost."));
    EXPECT_FALSE(failure_of(trusted_authority().issue("127.0.0.1"), "127.0.0.1"));
    EXPECT_FALSE(failure_of(trusted_authority().issue("::1"), "0:0:0:0:0:0:0:1"));
    EXPECT_FALSE(failure_of(trusted_authority().issue("fe80::1"), "fe80::1%eth0"));
}

TEST(TlsVerification, RefusesACertificateForAnotherHost) {
    const auto why = tls_errc::certificate_wrong_host;
    expect_refused(trusted_authority().issue("example.com"), "localhost", why);
    expect_refused(trusted_authority().issue("example.com"), "www.example.com", why);
    expect_refused(trusted_authority().issue("127.0.0.2"), "127.0.0.1", why);
    expect_refused(trusted_authority().issue("localhost"), "127.0.0.1", why);
    expect_refused(trusted_authority().issue("127.0.0.1"), "localhost", why);
}

TEST(TlsVerification, TakesAWildcardForOneWholeLabelOnly) {
    const auto why = tls_errc::certificate_wrong_host;
    EXPECT_FALSE(failure_of(trusted_authority().issue("*.example.com"), "www.example.com"));
    expect_refused(trusted_authority().issue("*.example.com"), "example.com", why);
    expect_refused(trusted_authority().issue("*.example.com"), "a.b.example.com", why);
    expect_refused(trusted_authority().issue("w*.example.com"), "www.example.com", why);
    expect_refused(trusted_authority().issue("www.*.com"), "www.example.com", why);
    expect_refused(trusted_authority().issue("*.com"), "example.com", why);
    expect_refused(trusted_authority().issue("*"), "localhost", why);
}

TEST(TlsVerification, DoesNotTakeTheCommonNameForAHost) {
    expect_refused(trusted_authority().issue(certificate_request().common_name("localhost")),
                   "localhost", tls_errc::certificate_wrong_host);
}

TEST(TlsVerification, RefusesANameThatContinuesBehindAZeroByte) {
    using namespace std::string_view_literals;
    expect_refused(trusted_authority().issue("localhost\0.evil.example"sv), "localhost",
                   tls_errc::certificate_wrong_host);
}

TEST(TlsVerification, RefusesACertificateOutsideItsTime) {
    const auto now = system_clock::now();
    const auto valid = [&](auto from, auto until) {
        return trusted_authority().issue(
            certificate_request().name("localhost").valid(from, until));
    };
    expect_refused(valid(now - hours(48), now - hours(1)), "localhost",
                   tls_errc::certificate_expired);
    expect_refused(valid(now + hours(1), now + hours(48)), "localhost",
                   tls_errc::certificate_not_yet_valid);
}

TEST(TlsVerification, RefusesACertificateOfAnUnknownAuthority) {
    const certificate_authority stranger("stranger");
    expect_refused(stranger.issue("localhost"), "localhost",
                   tls_errc::certificate_unknown_authority);
    certificate with_root = stranger.issue("localhost");
    with_root.chain += stranger.pem();
    expect_refused(with_root, "localhost", tls_errc::certificate_unknown_authority);
}

TEST(TlsVerification, DoesNotTrustTheSystemsAuthoritiesBesidesThoseThatWereNamed) {
    const auto failure =
        failure_of(trusted_authority().issue("localhost"), "localhost", tls_options());
    ASSERT_TRUE(failure) << "the system trusts the tests' authority";
    EXPECT_EQ(failure->code(), tls_errc::certificate_unknown_authority);
}

TEST(TlsVerification, RefusesASelfSignedCertificate) {
    expect_refused(certificate_authority("self").own(), "localhost",
                   tls_errc::certificate_self_signed);
}

TEST(TlsVerification, FollowsAChainAndRefusesAnIncompleteOne) {
    const certificate middle = make_odd(EVP_EC_gen("P-256"), EVP_sha256(),
                                        {{NID_basic_constraints, "critical,CA:TRUE"},
                                         {NID_key_usage, "critical,keyCertSign"},
                                         {NID_subject_key_identifier, "hash"}});
    certificate leaf = make_odd(EVP_EC_gen("P-256"), EVP_sha256(), {for_localhost}, middle, "leaf");
    expect_refused(leaf, "localhost", tls_errc::certificate_unknown_authority);
    leaf.chain += middle.chain;
    EXPECT_FALSE(failure_of(leaf, "localhost"));
}

TEST(TlsVerification, RefusesACertificateSignedByOneThatIsNoAuthority) {
    const certificate middle = trusted_authority().issue("localhost");
    certificate leaf = make_odd(EVP_EC_gen("P-256"), EVP_sha256(), {for_localhost}, middle);
    leaf.chain += middle.chain;
    EXPECT_TRUE(failure_of(leaf, "localhost"));
}

TEST(TlsVerification, RefusesACertificateMeantForClients) {
    expect_refused(make_odd(EVP_EC_gen("P-256"), EVP_sha256(),
                            {for_localhost, {NID_ext_key_usage, "clientAuth"}}),
                   "localhost", tls_errc::certificate_refused);
}

TEST(TlsVerification, DescribesTheCertificateThatItRefused) {
    const certificate shown =
        make_odd(EVP_EC_gen("P-256"), EVP_sha256(), {{NID_subject_alt_name, "DNS:example.com"}});
    const auto failure = failure_of(shown, "localhost");
    ASSERT_TRUE(failure);
    ASSERT_TRUE(failure->certificate());
    EXPECT_EQ(failure->certificate()->code, X509_V_ERR_HOSTNAME_MISMATCH);
    EXPECT_EQ(failure->certificate()->depth, 0);
    EXPECT_EQ(failure->certificate()->subject, "CN=odd\\0Aname")
        << "control characters are escaped";
    EXPECT_STREQ(failure->what(),
                 "handshake with localhost (CN=odd\\0Aname, depth 0, hostname mismatch): "
                 "the certificate belongs to another host");
}

TEST(TlsVerification, TellsTheServerWhyItLeft) {
    tls_ends ends(client_options(), server_options("example.com"));
    ends.settle();
    ASSERT_TRUE(ends.server.failure);
    EXPECT_EQ(ends.server.failure->code(), tls_errc::alert);
    EXPECT_STREQ(ends.server.failure->what(),
                 "handshake with a client (sslv3 alert bad certificate): "
                 "the peer ended the connection with an alert");
}

TEST(TlsVerification, AcceptsEverythingWhenSwitchedOff) {
    const tls_options careless = client_options().verify(false);
    EXPECT_FALSE(failure_of(certificate_authority("self").own(), "localhost", careless));
    EXPECT_FALSE(failure_of(trusted_authority().issue("example.com"), "localhost", careless));
}

TEST(TlsVerification, DoesNotBlameTheCertificateForLaterFailuresWhenSwitchedOff) {
    tls_ends ends(client_options().verify(false), server_options("example.com"));
    ends.settle();
    const auto space = ends.client.engine.input_space();
    std::memcpy(space.data(), "no record", 9);
    ends.client.engine.received(9);
    ends.client.run();
    ASSERT_TRUE(ends.client.failure);
    EXPECT_EQ(ends.client.failure->code(), tls_errc::protocol);
}

/// Level 2 forbids a server to even load such certificates, so a raw OpenSSL server shows them.
tls_error failure_with_weak_server(const certificate& weak) {
    SSL_CTX* settings = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(settings, 0);
    SSL_CTX_use_certificate(settings, owned<X509>(PEM_read_bio_X509(open_text(weak.chain).get(),
                                                                    nullptr, nullptr, nullptr))
                                          .get());
    SSL_CTX_use_PrivateKey(settings,
                           owned<EVP_PKEY>(PEM_read_bio_PrivateKey(open_text(weak.key).get(),
                                                                   nullptr, nullptr, nullptr))
                               .get());
    SSL* server = SSL_new(settings);
    SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(server);

    tls_end client(tls_engine::connect(tls_context::client(client_options()), "localhost"));
    client.run();
    const auto hello = client.engine.output();
    BIO_write(SSL_get_rbio(server), hello.data(), static_cast<int>(hello.size()));
    client.engine.sent(hello.size());
    SSL_do_handshake(server);
    const auto space = client.engine.input_space();
    const int size = BIO_read(SSL_get_wbio(server), space.data(), static_cast<int>(space.size()));
    client.engine.received(static_cast<std::size_t>(size));
    client.run();
    SSL_free(server);
    SSL_CTX_free(settings);
    return client.failure.value();
}

TEST(TlsVerification, RefusesWeakKeysAndSignatures) {
    const auto small_key =
        failure_with_weak_server(make_odd(EVP_RSA_gen(1024), EVP_sha256(), {for_localhost}));
    EXPECT_EQ(small_key.code(), tls_errc::certificate_too_weak) << small_key.what();
    const auto old_digest =
        failure_with_weak_server(make_odd(EVP_EC_gen("P-256"), EVP_sha1(), {for_localhost}));
    EXPECT_EQ(old_digest.code(), tls_errc::certificate_too_weak) << old_digest.what();
}

}  // namespace
