// tls_stream over TCP against the `openssl` command line tool, as either side.
#include "support/openssl_command.hpp"
#include "support/temporary_folder.hpp"
#include "support/tls_streams.hpp"

#include <eddy/tls_stream.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using std::chrono::hours;
using std::chrono::system_clock;

/// The code of the error that work ends in; none if it ends well.
template <class T>
task<std::error_code> failure_of(task<T> work) {
    try {
        co_await std::move(work);
    } catch (const std::system_error& error) {
        co_return error.code();
    }
    co_return std::error_code();
}

/// Has a folder for what the command line tool reads.
class TlsStreamOpenssl : public ::testing::Test {
public:
    TlsStreamOpenssl() {
        trusted_authority().own().write(path("authority.pem"), path("authority.key"));
    }

    std::string path(std::string_view name) const { return folder_.path(name); }

    /// `openssl s_server` at a port of its choice.
    std::vector<std::string>
    server_words(const std::vector<std::string>& more = {},
                 const certificate& shown = trusted_authority().issue("localhost")) const {
        shown.write(path("server.pem"), path("server.key"));
        std::vector<std::string> words = {"s_server",         "-accept", "127.0.0.1:0",     "-cert",
                                          path("server.pem"), "-key",    path("server.key")};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    /// `openssl s_client` that checks its server.
    std::vector<std::string> client_words(const endpoint& server,
                                          const std::vector<std::string>& more = {}) const {
        std::vector<std::string> words = {"s_client",
                                          "-connect",
                                          server.to_string(),
                                          "-CAfile",
                                          path("authority.pem"),
                                          "-verify_return_error",
                                          "-verify_hostname",
                                          "localhost"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }

    static task<secure_stream> connect(std::uint16_t port, tls_context context) {
        auto transport = co_await tcp_stream::connect(endpoint::loopback(port));
        co_return co_await secure_stream::connect(std::move(transport), std::move(context),
                                                  "localhost", port);
    }
    static task<secure_stream> connect(std::uint16_t port) {
        return connect(port, tls_context::client(client_options()));
    }

    static task<secure_stream> accept(tcp_listener& listener, tls_context context) {
        auto transport = co_await listener.accept();
        co_return co_await secure_stream::accept(std::move(transport), std::move(context));
    }
    static task<secure_stream> accept(tcp_listener& listener,
                                      const tls_options& options = server_options()) {
        return accept(listener, tls_context::server(options));
    }

    /// What connecting to a server with this certificate ends in.
    task<std::error_code> failure_with(certificate shown) {
        openssl_command server(server_words({}, shown));
        const std::uint16_t port = co_await server.read_port();
        co_return co_await failure_of(connect(port));
    }

    /// Runs a part of the test in a loop.
    template <class Check>
    void check(Check part) {
        run(part(*this));
    }

private:
    temporary_folder folder_;
};

TEST_F(TlsStreamOpenssl, TalksWithItsServer) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words());
        const std::uint16_t port = co_await server.read_port();
        auto stream = co_await test.connect(port);
        co_await write_all(stream, "from eddy\n");
        co_await server.read_past("from eddy\n");
        co_await server.type("from openssl\n");
        EXPECT_EQ(co_await read_text(stream, 13), "from openssl\n");
        EXPECT_EQ(stream.version(), tls_version::tls_1_3);
        co_await stream.close();
        co_await server.read_past("DONE");
    });
}

TEST_F(TlsStreamOpenssl, TalksWithItsClient) {
    check([](auto& test) -> task<> {
        auto listener = tcp_listener::bind(endpoint::loopback());
        openssl_command client(test.client_words(listener.local(), {"-quiet"}));
        auto stream = co_await test.accept(listener);
        co_await client.type("from openssl\n");
        EXPECT_EQ(co_await read_text(stream, 13), "from openssl\n");
        co_await write_all(stream, "from eddy\n");
        co_await client.read_past("from eddy\n");
        co_await stream.close();
    });
}

TEST_F(TlsStreamOpenssl, SpeaksTls12WithAnOldServer) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words({"-tls1_2"}));
        const std::uint16_t port = co_await server.read_port();
        auto stream = co_await test.connect(port);
        EXPECT_EQ(stream.version(), tls_version::tls_1_2);
        co_await server.type("hello\n");
        EXPECT_EQ(co_await read_text(stream, 6), "hello\n");
    });
}

TEST_F(TlsStreamOpenssl, FollowsItsServersKeyUpdates) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words());
        const std::uint16_t port = co_await server.read_port();
        auto stream = co_await test.connect(port);
        for (int i = 0; i < 3; ++i) {
            co_await server.type("K\n");
            // It reads its input before the network: once it shows this, it has seen the K.
            co_await write_all(stream, "mine too\n");
            co_await server.read_past("mine too\n");
            co_await server.type("new key\n");
            EXPECT_EQ(co_await read_text(stream, 8), "new key\n");
        }
    });
}

TEST_F(TlsStreamOpenssl, AgreesOnAProtocolWithEitherSide) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words({"-alpn", "http/1.1"}));
        const std::uint16_t port = co_await server.read_port();
        const tls_options both = client_options().protocol("h2").protocol("http/1.1");
        auto near = co_await test.connect(port, tls_context::client(both));
        EXPECT_EQ(near.alpn(), "http/1.1");

        auto listener = tcp_listener::bind(endpoint::loopback());
        openssl_command client(test.client_words(listener.local(), {"-alpn", "h2,http/1.1"}));
        auto far = co_await test.accept(listener, server_options().protocol("http/1.1"));
        EXPECT_EQ(far.alpn(), "http/1.1");
    });
}

TEST_F(TlsStreamOpenssl, ResumesItsServersSessions) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words());
        const std::uint16_t port = co_await server.read_port();
        const auto context = tls_context::client(client_options());
        for (int connection = 0; connection < 3; ++connection) {
            auto stream = co_await test.connect(port, context);
            EXPECT_EQ(stream.session_reused(), connection > 0);
            co_await server.type("x\n");
            co_await read_text(stream, 2);
            co_await stream.close();
            co_await server.read_past("DONE");
        }
    });
}

TEST_F(TlsStreamOpenssl, LetsItsClientResumeASession) {
    check([](auto& test) -> task<> {
        auto listener = tcp_listener::bind(endpoint::loopback());
        const auto context = tls_context::server(server_options());
        const std::string session = test.path("session");
        openssl_command first(
            test.client_words(listener.local(), {"-quiet", "-sess_out", session}));
        auto full = co_await test.accept(listener, context);
        co_await write_all(full, "x\n");
        co_await first.read_past("x\n");
        openssl_command second(
            test.client_words(listener.local(), {"-quiet", "-sess_in", session}));
        auto resumed = co_await test.accept(listener, context);
        EXPECT_FALSE(full.session_reused());
        EXPECT_TRUE(resumed.session_reused());
    });
}

TEST_F(TlsStreamOpenssl, EndsWhenEitherSideOfItCloses) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words({"-www"}));
        const std::uint16_t port = co_await server.read_port();
        auto near = co_await test.connect(port);
        co_await write_all(near, "GET / HTTP/1.0\r\n\r\n");
        const std::string page = co_await read_text(near);
        EXPECT_TRUE(page.starts_with("HTTP/1.0 200")) << page;

        auto listener = tcp_listener::bind(endpoint::loopback());
        openssl_command client(test.client_words(listener.local()));
        auto far = co_await test.accept(listener);
        co_await client.type("Q\n");
        EXPECT_EQ(co_await read_text(far), "");
    });
}

TEST_F(TlsStreamOpenssl, NoticesThatItsServerCrashed) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words());
        const std::uint16_t port = co_await server.read_port();
        auto stream = co_await test.connect(port);
        co_await server.type("last words\n");
        EXPECT_EQ(co_await read_text(stream, 11), "last words\n");
        server.kill();
        EXPECT_EQ(co_await failure_of(read_text(stream)), tls_errc::truncated);
    });
}

TEST_F(TlsStreamOpenssl, RefusesClearTextInTheMiddleOfTheStream) {
    check([](auto& test) -> task<> {
        openssl_command server(test.server_words());
        const std::uint16_t port = co_await server.read_port();
        auto stream = co_await test.connect(port);
        co_await server.type("fine\n");
        EXPECT_EQ(co_await read_text(stream, 5), "fine\n");
        co_await server.type("P\n");  // "Lets print some clear text"
        EXPECT_EQ(co_await failure_of(read_text(stream)), tls_errc::protocol);
    });
}

TEST_F(TlsStreamOpenssl, RefusesBadCertificatesOfItsServer) {
    check([](auto& test) -> task<> {
        const auto now = system_clock::now();
        const certificate expired = trusted_authority().issue(
            certificate_request().name("localhost").valid(now - hours(48), now - hours(24)));
        EXPECT_EQ(co_await test.failure_with(expired), tls_errc::certificate_expired);
        const certificate self_signed = certificate_authority("localhost").own();
        EXPECT_EQ(co_await test.failure_with(self_signed), tls_errc::certificate_self_signed);
        const certificate stranger = certificate_authority("stranger").issue("localhost");
        EXPECT_EQ(co_await test.failure_with(stranger), tls_errc::certificate_unknown_authority);
        const certificate other = trusted_authority().issue("example.com");
        EXPECT_EQ(co_await test.failure_with(other), tls_errc::certificate_wrong_host);
    });
}

TEST_F(TlsStreamOpenssl, IsToldWhenItsClientRefusesTheCertificate) {
    check([](auto& test) -> task<> {
        auto listener = tcp_listener::bind(endpoint::loopback());
        openssl_command client(test.client_words(listener.local()));
        auto accepting = test.accept(listener, server_options("example.com"));
        EXPECT_EQ(co_await failure_of(std::move(accepting)), tls_errc::alert);
    });
}

TEST_F(TlsStreamOpenssl, AsksItsClientForACertificate) {
    check([](auto& test) -> task<> {
        const auto context = tls_context::server(
            server_options().require_client_certificate().authority_pem(trusted_authority().pem()));
        auto listener = tcp_listener::bind(endpoint::loopback());
        openssl_command nameless(test.client_words(listener.local()));
        EXPECT_EQ(co_await failure_of(test.accept(listener, context)),
                  tls_errc::certificate_missing);

        trusted_authority().issue("client").write(test.path("client.pem"), test.path("client.key"));
        openssl_command known(test.client_words(
            listener.local(), {"-cert", test.path("client.pem"), "-key", test.path("client.key")}));
        co_await test.accept(listener, context);
    });
}

}  // namespace
