// Which connections resume an earlier session, and which must not.
#include "support/tls_ends.hpp"

#include <eddy/tls_context.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

namespace {

using namespace eddy;
using namespace eddy::testing;

bool reuses(const tls_context& client, const tls_context& server,
            std::string_view host = "localhost", std::uint16_t port = 443) {
    tls_ends ends(client, server, host, port);
    ends.settle();
    EXPECT_TRUE(ends.client.is_ready);
    EXPECT_EQ(ends.client.engine.session_reused(), ends.server.engine.session_reused());
    return ends.client.engine.session_reused();
}

TEST(TlsSession, IsResumedByTheNextConnectionToTheSameServer) {
    const auto client = tls_context::client(client_options());
    const auto server = tls_context::server(server_options());
    EXPECT_FALSE(reuses(client, server));
    EXPECT_TRUE(reuses(client, server));
    EXPECT_TRUE(reuses(client, server)) << "resumed connections bring new tickets";
}

TEST(TlsSession, IsNotOfferedToAnotherPortOrHost) {
    const auto client = tls_context::client(client_options());
    const auto server = tls_context::server(tls_options().own_certificate(
        trusted_authority().issue(certificate_request().name("localhost").name("127.0.0.1"))));
    EXPECT_FALSE(reuses(client, server, "localhost", 443));
    EXPECT_FALSE(reuses(client, server, "localhost", 8443));
    EXPECT_FALSE(reuses(client, server, "127.0.0.1", 443));
    EXPECT_TRUE(reuses(client, server, "localhost", 8443));
}

TEST(TlsSession, IsNotSharedBetweenContexts) {
    const auto server = tls_context::server(server_options());
    const auto careless = tls_context::client(client_options().verify(false));
    const auto careful = tls_context::client(client_options());
    EXPECT_FALSE(reuses(careless, server));
    EXPECT_FALSE(reuses(careful, server)) << "a session made without the check must not replace it";
}

TEST(TlsSession, OfATls13ServerIsOfferedOnce) {
    const auto client = tls_context::client(client_options());
    const auto server = tls_context::server(server_options());
    EXPECT_FALSE(reuses(client, server));
    // Three connections at once, before any of them gets new tickets: the server had sent two.
    int offered = 0;
    for (int i = 0; i < 3; ++i) {
        tls_ends ends(client, server, "localhost", 443);
        ends.client.run();
        ends.client.engine.handshake();
        const auto hello = ends.client.engine.output();
        const auto space = ends.server.engine.input_space();
        std::memcpy(space.data(), hello.data(), hello.size());
        ends.server.engine.received(hello.size());
        ends.server.run();
        if (ends.server.engine.session_reused()) ++offered;
    }
    EXPECT_EQ(offered, 2);
}

TEST(TlsSession, SurvivesAConnectionThatNobodyClosed) {
    const auto client = tls_context::client(client_options());
    const auto server = tls_context::server(server_options());
    {
        tls_ends ends(client, server, "localhost", 443);
        ends.settle();
        ends.client.engine.received(0);
        ends.client.run();
    }
    EXPECT_TRUE(reuses(client, server));
}

TEST(TlsSession, OfARefusedServerIsNotKept) {
    const auto client = tls_context::client(client_options());
    const auto wrong = tls_context::server(server_options("example.com"));
    for (int i = 0; i < 2; ++i) {
        tls_ends ends(client, wrong, "localhost", 443);
        ends.settle();
        ASSERT_TRUE(ends.client.failure);
        EXPECT_EQ(ends.client.failure->code(), tls_errc::certificate_wrong_host);
    }
}

TEST(TlsSession, IsNotResumedWhereEitherSideSwitchedItOff) {
    const auto client = tls_context::client(client_options());
    const auto plain_client = tls_context::client(client_options().resume_sessions(false));
    const auto server = tls_context::server(server_options());
    const auto plain_server = tls_context::server(server_options().resume_sessions(false));
    EXPECT_FALSE(reuses(plain_client, server));
    EXPECT_FALSE(reuses(plain_client, server));
    EXPECT_FALSE(reuses(client, plain_server));
    EXPECT_FALSE(reuses(client, plain_server));
}

TEST(TlsSession, IsForgottenWhenThereAreTooManyServers) {
    const auto client = tls_context::client(client_options());
    const auto server = tls_context::server(server_options());
    EXPECT_FALSE(reuses(client, server, "localhost", 1));
    for (std::uint16_t port = 2; port < 1026; ++port) reuses(client, server, "localhost", port);
    EXPECT_TRUE(reuses(client, server, "localhost", 1025));
    EXPECT_FALSE(reuses(client, server, "localhost", 1));
}

TEST(TlsSession, OfADifferentServerKeyEndsInAFullHandshake) {
    const auto client = tls_context::client(client_options());
    EXPECT_FALSE(reuses(client, tls_context::server(server_options())));
    EXPECT_FALSE(reuses(client, tls_context::server(server_options())));
}

}  // namespace
