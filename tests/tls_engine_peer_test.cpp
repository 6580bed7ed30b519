// The engine against OpenSSL's own client and server, for what our engine would never do itself.
#include "support/tls_ends.hpp"

#include <eddy/tls_engine.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace {

using namespace eddy;
using namespace eddy::testing;

struct openssl_free {
    void operator()(BIO* object) const { BIO_free(object); }
    void operator()(EVP_CIPHER_CTX* object) const { EVP_CIPHER_CTX_free(object); }
    void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
    void operator()(EVP_PKEY_CTX* object) const { EVP_PKEY_CTX_free(object); }
    void operator()(SSL* object) const { SSL_free(object); }
    void operator()(SSL_CTX* object) const { SSL_CTX_free(object); }
    void operator()(X509* object) const { X509_free(object); }
};
template <typename Object>
using owned = std::unique_ptr<Object, openssl_free>;

/// OpenSSL with its settings still open to change, on one side of the network.
class plain_openssl {
public:
    explicit plain_openssl(const SSL_METHOD* method) : settings(SSL_CTX_new(method)) {
        SSL_CTX_set_security_level(settings.get(), 0);
    }

    static plain_openssl client() { return plain_openssl(TLS_client_method()); }
    static plain_openssl server() {
        plain_openssl made(TLS_server_method());
        const certificate shown = trusted_authority().issue("localhost");
        const owned<BIO> chain(BIO_new_mem_buf(shown.chain.data(), -1));
        const owned<BIO> key(BIO_new_mem_buf(shown.key.data(), -1));
        SSL_CTX_use_certificate(
            made.settings.get(),
            owned<X509>(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)).get());
        SSL_CTX_use_PrivateKey(
            made.settings.get(),
            owned<EVP_PKEY>(PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr)).get());
        return made;
    }

    plain_openssl& start() {
        ssl.reset(SSL_new(settings.get()));
        SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        if (SSL_is_server(ssl.get()) == 1)
            SSL_set_accept_state(ssl.get());
        else
            SSL_set_connect_state(ssl.get());
        return *this;
    }

    void run() {
        ERR_clear_error();
        SSL_do_handshake(ssl.get());
        char text[2000];
        int size = 0;
        while ((size = SSL_read(ssl.get(), text, sizeof text)) > 0) {
            received.append(text, static_cast<std::size_t>(size));
        }
        if (SSL_get_error(ssl.get(), size) == SSL_ERROR_SSL)
            reason = ERR_GET_REASON(ERR_get_error());
    }

    void send(std::string_view text) {
        SSL_write(ssl.get(), text.data(), static_cast<int>(text.size()));
    }

    owned<SSL_CTX> settings;
    owned<SSL> ssl;
    std::string received;
    int reason = 0;
};

/// Carries bytes between an engine and OpenSSL until neither has any more.
void settle(tls_end& ours, plain_openssl& theirs) {
    ours.run();
    theirs.run();
    for (bool moved = true; moved;) {
        moved = false;
        const auto output = ours.engine.output();
        if (!output.empty()) {
            BIO_write(SSL_get_rbio(theirs.ssl.get()), output.data(),
                      static_cast<int>(output.size()));
            ours.engine.sent(output.size());
            theirs.run();
            moved = true;
        }
        if (ours.failure || ours.is_closed) continue;
        const auto space = ours.engine.input_space();
        const int size =
            BIO_read(SSL_get_wbio(theirs.ssl.get()), space.data(), static_cast<int>(space.size()));
        if (size > 0) {
            ours.engine.received(static_cast<std::size_t>(size));
            ours.run();
            moved = true;
        }
    }
}

tls_end our_client() {
    return tls_end(tls_engine::connect(tls_context::client(client_options()), "localhost"));
}
tls_end our_server(const tls_options& options = server_options()) {
    return tls_end(tls_engine::accept(tls_context::server(options)));
}

TEST(TlsEnginePeer, SpeaksTls12WithThoseWhoHaveNothingNewer) {
    auto theirs = plain_openssl::server();
    SSL_CTX_set_max_proto_version(theirs.settings.get(), TLS1_2_VERSION);
    auto ours = our_client();
    settle(ours, theirs.start());
    ASSERT_TRUE(ours.is_ready);
    EXPECT_EQ(ours.engine.version(), tls_version::tls_1_2);
    ours.send("question");
    theirs.send("answer");
    settle(ours, theirs);
    EXPECT_EQ(theirs.received, "question");
    EXPECT_EQ(ours.received, "answer");
}

TEST(TlsEnginePeer, RefusesTls11) {
    auto old_server = plain_openssl::server();
    SSL_CTX_set_max_proto_version(old_server.settings.get(), TLS1_1_VERSION);
    auto client = our_client();
    settle(client, old_server.start());
    EXPECT_TRUE(client.failure);

    auto old_client = plain_openssl::client();
    SSL_CTX_set_max_proto_version(old_client.settings.get(), TLS1_1_VERSION);
    auto server = our_server();
    settle(server, old_client.start());
    ASSERT_TRUE(server.failure);
    EXPECT_EQ(server.failure->code(), tls_errc::protocol);
}

TEST(TlsEnginePeer, RefusesTls12WhereTls13IsTheMinimum) {
    auto theirs = plain_openssl::client();
    SSL_CTX_set_max_proto_version(theirs.settings.get(), TLS1_2_VERSION);
    auto ours = our_server(server_options().minimum_version(tls_version::tls_1_3));
    settle(ours, theirs.start());
    EXPECT_TRUE(ours.failure);
    EXPECT_FALSE(ours.is_ready);
}

TEST(TlsEnginePeer, SendsTheServerNameButNoAddress) {
    for (const auto& [host, sent] :
         {std::pair("localhost", "localhost"), std::pair("127.0.0.1", "")}) {
        auto theirs = plain_openssl::server();
        tls_end ours(
            tls_engine::connect(tls_context::client(client_options().verify(false)), host));
        settle(ours, theirs.start());
        const char* name = SSL_get_servername(theirs.ssl.get(), TLSEXT_NAMETYPE_host_name);
        EXPECT_STREQ(name == nullptr ? "" : name, sent);
    }
}

TEST(TlsEnginePeer, AnswersAKeyUpdateWithItsNextRecord) {
    auto theirs = plain_openssl::server();
    auto ours = our_client();
    settle(ours, theirs.start());
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SSL_key_update(theirs.ssl.get(), SSL_KEY_UPDATE_REQUESTED), 1);
        theirs.send("new key ");
        settle(ours, theirs);
        ours.send("mine too ");
        settle(ours, theirs);
    }
    EXPECT_EQ(ours.received, "new key new key new key ");
    EXPECT_EQ(theirs.received, "mine too mine too mine too ");
    EXPECT_FALSE(ours.failure);
}

TEST(TlsEnginePeer, RefusesToRenegotiate) {
    auto theirs = plain_openssl::client();
    SSL_CTX_set_max_proto_version(theirs.settings.get(), TLS1_2_VERSION);
    auto ours = our_server();
    settle(ours, theirs.start());
    ASSERT_TRUE(ours.is_ready);
    SSL_renegotiate(theirs.ssl.get());
    settle(ours, theirs);
    EXPECT_EQ(theirs.reason, SSL_R_NO_RENEGOTIATION);
}

/// Seals records as a client of TLS 1.2 does after its handshake, with AES128-GCM (RFC 5288): what
/// OpenSSL's own would not send.
class record_sealer {
public:
    explicit record_sealer(SSL* client) : cipher_(EVP_CIPHER_CTX_new()) {
        // RFC 5246, 6.3: two keys of 16 bytes, then two salts of 4.
        std::array<unsigned char, 48> secret;
        SSL_SESSION_get_master_key(SSL_get_session(client), secret.data(), secret.size());
        std::array<unsigned char, 64> randoms;
        SSL_get_server_random(client, randoms.data(), 32);
        SSL_get_client_random(client, &randoms[32], 32);
        std::array<unsigned char, 40> keys;
        std::size_t size = keys.size();
        const std::string_view label = "key expansion";
        const owned<EVP_PKEY_CTX> prf(EVP_PKEY_CTX_new_id(EVP_PKEY_TLS1_PRF, nullptr));
        EXPECT_EQ(EVP_PKEY_derive_init(prf.get()), 1);
        EVP_PKEY_CTX_set_tls1_prf_md(prf.get(), EVP_sha256());
        EVP_PKEY_CTX_set1_tls1_prf_secret(prf.get(), secret.data(),
                                          static_cast<int>(secret.size()));
        EVP_PKEY_CTX_add1_tls1_prf_seed(prf.get(),
                                        reinterpret_cast<const unsigned char*>(label.data()),
                                        static_cast<int>(label.size()));
        EVP_PKEY_CTX_add1_tls1_prf_seed(prf.get(), randoms.data(),
                                        static_cast<int>(randoms.size()));
        EXPECT_EQ(EVP_PKEY_derive(prf.get(), keys.data(), &size), 1);
        std::copy_n(keys.begin(), key_.size(), key_.begin());
        std::copy_n(keys.begin() + 32, 4, nonce_.begin());
    }

    std::string seal(unsigned char type, std::string_view text) {
        ++number_;  // 0 was the end of the handshake
        nonce_.back() = static_cast<unsigned char>(number_);
        nonce_[nonce_.size() - 2] = static_cast<unsigned char>(number_ >> 8);
        std::string about(reinterpret_cast<const char*>(&nonce_[4]), 8);
        about += {static_cast<char>(type), 3, 3, 0, static_cast<char>(text.size())};
        std::string sealed(text.size(), '\0');
        std::string tag(16, '\0');
        int size = 0;
        EVP_EncryptInit_ex(cipher_.get(), EVP_aes_128_gcm(), nullptr, key_.data(), nonce_.data());
        EVP_EncryptUpdate(cipher_.get(), nullptr, &size, bytes(about), 13);
        EVP_EncryptUpdate(cipher_.get(), bytes(sealed), &size, bytes(text),
                          static_cast<int>(text.size()));
        EVP_EncryptFinal_ex(cipher_.get(), bytes(tag), &size);
        EVP_CIPHER_CTX_ctrl(cipher_.get(), EVP_CTRL_GCM_GET_TAG, 16, tag.data());
        std::string record{static_cast<char>(type), 3, 3, 0,
                           static_cast<char>(8 + text.size() + 16)};
        return record + about.substr(0, 8) + sealed + tag;
    }

private:
    static const unsigned char* bytes(std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    }
    static unsigned char* bytes(std::string& text) {
        return reinterpret_cast<unsigned char*>(text.data());
    }

    owned<EVP_CIPHER_CTX> cipher_;
    std::array<unsigned char, 16> key_{};
    std::array<unsigned char, 12> nonce_{};
    unsigned number_ = 0;
};

TEST(TlsEnginePeer, GivesUpOnOneWhoAsksForARenegotiationAgainAndAgain) {
    auto theirs = plain_openssl::client();
    SSL_CTX_set_max_proto_version(theirs.settings.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(theirs.settings.get(), "ECDHE-ECDSA-AES128-GCM-SHA256");
    auto ours = our_server();
    settle(ours, theirs.start());
    ASSERT_TRUE(ours.is_ready);
    record_sealer sealer(theirs.ssl.get());
    const auto receive = [&ours](const std::string& record) {
        const auto space = ours.engine.input_space();
        std::memcpy(space.data(), record.data(), record.size());
        ours.engine.received(record.size());
        ours.run();
    };
    receive(sealer.seal(23, "data"));
    EXPECT_EQ(ours.received, "data");
    constexpr std::string_view hello("\1\0\0\0", 4);
    for (int i = 0; i < 10'000 && !ours.failure; ++i) receive(sealer.seal(22, hello));
    ASSERT_TRUE(ours.failure);
    EXPECT_EQ(ours.failure->code(), tls_errc::protocol);
    EXPECT_LT(ours.engine.output().size(), 10'000U);
}

TEST(TlsEnginePeer, ResumesSessionsOfTls12MoreThanOnce) {
    auto theirs = plain_openssl::server();
    SSL_CTX_set_max_proto_version(theirs.settings.get(), TLS1_2_VERSION);
    const auto context = tls_context::client(client_options());
    for (int i = 0; i < 4; ++i) {
        tls_end ours(tls_engine::connect(context, "localhost", 443));
        settle(ours, theirs.start());
        EXPECT_EQ(ours.engine.session_reused(), i > 0) << i;
    }
}

TEST(TlsEnginePeer, GetsTheProperEndOfAPeerThatClosed) {
    auto theirs = plain_openssl::server();
    auto ours = our_client();
    settle(ours, theirs.start());
    theirs.send("last words");
    SSL_shutdown(theirs.ssl.get());
    settle(ours, theirs);
    EXPECT_EQ(ours.received, "last words");
    EXPECT_TRUE(ours.is_closed);
    ours.engine.close();
    const auto output = ours.engine.output();
    BIO_write(SSL_get_rbio(theirs.ssl.get()), output.data(), static_cast<int>(output.size()));
    EXPECT_EQ(SSL_shutdown(theirs.ssl.get()), 1) << "close_notify did not arrive";
}

}  // namespace
