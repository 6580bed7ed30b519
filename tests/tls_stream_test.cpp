#include <eddy/tls_stream.hpp>

#include "support/tls_streams.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace {

using namespace eddy;
using namespace eddy::testing;

static_assert(byte_stream<secure_stream>);
static_assert(byte_stream<tls_stream<secure_stream>>, "TLS through a TLS proxy");

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 31 + i / 256);
    return text;
}

template <byte_stream Stream>
task<> send_and_close(Stream& stream, std::string text) {
    co_await write_all(stream, text);
    co_await stream.close();
}

template <class T>
std::error_code error_code_of(const result<T>& settled) {
    try {
        static_cast<void>(settled.value());
    } catch (const std::system_error& error) {
        return error.code();
    }
    return {};
}

/// Runs a check in the loop and expects it to end in the TLS error `kind`.
template <class Check>
void expect_error(tls_errc kind, Check check) {
    try {
        run(check());
        FAIL() << "no error, instead of: " << make_error_code(kind).message();
    } catch (const tls_error& error) {
        EXPECT_EQ(error.code(), kind) << error.what();
    }
}

TEST(TlsStream, CarriesQuestionAndAnswer) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls();
        co_await write_all(client, "question");
        EXPECT_EQ(co_await read_text(server, 8), "question");
        co_await write_all(server, "answer");
        EXPECT_EQ(co_await read_text(client, 6), "answer");
        EXPECT_EQ(client.version(), tls_version::tls_1_3);
        EXPECT_FALSE(client.cipher().empty());
        EXPECT_EQ(client.alpn(), "");
        EXPECT_FALSE(client.session_reused());
    });
}

TEST(TlsStream, ReadsNothingIntoNoRoom) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls();
        co_await write_all(server, "text");
        EXPECT_EQ(co_await client.read(std::span<std::byte>()), 0u);
        EXPECT_EQ(co_await read_text(client, 4), "text");
    });
}

TEST(TlsStream, EndsWithoutAnErrorWhenThePeerCloses) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls();
        const auto texts = co_await gather(read_text(client), send_and_close(server, "last words"));
        EXPECT_EQ(std::get<0>(texts), "last words");
        EXPECT_EQ(co_await read_text(client), "") << "and stays at its end";
    });
}

TEST(TlsStream, ThrowsWhenTheTransportEndsBeforeThePeerHasClosed) {
    expect_error(tls_errc::truncated, []() -> task<> {
        auto [client, server] = co_await connect_tls();
        co_await write_all(server, "part of");
        server.transport().shutdown_write();
        EXPECT_EQ(co_await read_text(client, 7), "part of");
        co_await read_text(client);
    });
}

TEST(TlsStream, StillWritesAfterThePeerHasClosedItsSide) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls();
        server.transport().shutdown_write();
        co_await write_all(client, "late");
        EXPECT_EQ(co_await read_text(server, 4), "late");
    });
}

TEST(TlsStream, StillReadsAfterItHasClosedItsSide) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls();
        co_await server.shutdown_write();
        EXPECT_EQ(co_await read_text(client), "");
        co_await write_all(client, "late");
        EXPECT_EQ(co_await read_text(server, 4), "late");
        co_await server.close();
    });
}

task<> exchange_megabytes() {
    auto [client, server] = co_await connect_tls();
    const std::string text = pattern(3'000'000);
    const auto results =
        co_await gather(write_all(client, text), write_all(server, text),
                        read_text(client, text.size()), read_text(server, text.size()));
    EXPECT_TRUE(std::get<2>(results) == text);
    EXPECT_TRUE(std::get<3>(results) == text);
}

TEST(TlsStream, CarriesMegabytesBothWaysAtOnce) {
    run(exchange_megabytes());
}

TEST(TlsStream, RunsThroughAnotherTlsStream) {
    run([]() -> task<> {
        using double_stream = tls_stream<secure_stream>;
        const auto client = tls_context::client(client_options());
        const auto server = tls_context::server(server_options());
        auto [near, far] = co_await connect_tls(client, server);
        auto connecting = double_stream::connect(std::move(near), client, "localhost");
        auto accepting = double_stream::accept(std::move(far), server);
        auto ends = co_await gather(std::move(connecting), std::move(accepting));
        auto& [inner_client, inner_server] = ends;
        const auto texts =
            co_await gather(read_text(inner_client), send_and_close(inner_server, "inside"));
        EXPECT_EQ(std::get<0>(texts), "inside");
    });
}

TEST(TlsStream, ResumesTheSessionOfAnEarlierConnection) {
    run([]() -> task<> {
        const auto client_context = tls_context::client(client_options());
        const auto server_context = tls_context::server(server_options());
        for (int connection = 0; connection < 3; ++connection) {
            auto [client, server] = co_await connect_tls(client_context, server_context);
            const auto texts = co_await gather(read_text(client), send_and_close(server, "x"));
            EXPECT_EQ(client.session_reused(), connection > 0);
            EXPECT_EQ(server.session_reused(), connection > 0);
        }
    });
}

TEST(TlsStream, AgreesOnAnApplicationProtocol) {
    run([]() -> task<> {
        auto [client, server] = co_await connect_tls(
            tls_context::client(client_options().protocol("h2").protocol("http/1.1")),
            tls_context::server(server_options().protocol("http/1.1")));
        EXPECT_EQ(client.alpn(), "http/1.1");
        EXPECT_EQ(server.alpn(), "http/1.1");
    });
}

TEST(TlsStream, TellsBothSidesWhyTheCertificateWasRefused) {
    run([]() -> task<> {
        auto [near, far] = co_await connect_tcp();
        auto connecting = secure_stream::connect(
            std::move(near), tls_context::client(client_options()), "localhost");
        auto accepting = secure_stream::accept(std::move(far),
                                               tls_context::server(server_options("example.com")));
        auto [client, server] =
            co_await gather_settled(std::move(connecting), std::move(accepting));
        EXPECT_EQ(error_code_of(client), tls_errc::certificate_wrong_host);
        EXPECT_EQ(error_code_of(server), tls_errc::alert);
    });
}

TEST(TlsStream, RecognisesAServerThatSpeaksPlainHttp) {
    expect_error(tls_errc::plain_http, []() -> task<> {
        auto [near, far] = co_await connect_tcp();
        co_await write_all(far, "HTTP/1.1 400 Bad Request\r\n\r\n");
        co_await secure_stream::connect(std::move(near), tls_context::client(client_options()),
                                        "localhost");
    });
}

TEST(TlsStream, RecognisesAClientThatSpeaksPlainHttp) {
    expect_error(tls_errc::plain_http, []() -> task<> {
        auto [near, far] = co_await connect_tcp();
        co_await write_all(near, "GET / HTTP/1.1\r\n\r\n");
        co_await secure_stream::accept(std::move(far), tls_context::server(server_options()));
    });
}

TEST(TlsStream, ReportsAPeerThatLeavesInTheHandshake) {
    expect_error(tls_errc::truncated, []() -> task<> {
        auto [near, far] = co_await connect_tcp();
        co_await far.close();
        co_await secure_stream::connect(std::move(near), tls_context::client(client_options()),
                                        "localhost");
    });
}

TEST(TlsStream, LetsATimeoutEndAHandshakeThatStalls) {
    EXPECT_THROW(run([]() -> task<> {
                     auto [near, far] = co_await connect_tcp();
                     auto connecting = secure_stream::connect(
                         std::move(near), tls_context::client(client_options()), "localhost");
                     co_await with_timeout(std::chrono::milliseconds(5), std::move(connecting));
                 }),
                 timeout_error);
}

}  // namespace
