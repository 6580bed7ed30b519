#include <eddy/http_response_stream.hpp>

#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using http::error_kind;
using http::method;

constexpr auto site = "http://example.com/";

std::string text_of(std::span<const std::byte> bytes) {
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// Reads a stream to its end; tells the kind of error if there is one.
task<std::string> read(http::response_stream& stream) {
    std::string all;
    try {
        for (auto piece = co_await stream.next(); !piece.empty(); piece = co_await stream.next()) {
            all += text_of(piece);
        }
    } catch (const http::error& failure) {
        all += '!' + std::string(to_string(failure.kind()));
    }
    co_return all;
}

task<std::optional<error_kind>> refusal_of(task<std::string> reading) {
    try {
        co_await std::move(reading);
    } catch (const http::error& failure) {
        co_return failure.kind();
    }
    co_return std::nullopt;
}

TEST(ResponseStream, GivesTheHeadBeforeTheBodyIsThere) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 201 Made\r\nA: b\r\nContent-Length: 5\r\n\r\n"})});
        http::client client = web.client();
        const auto stream = co_await client.stream(method::get, site);
        EXPECT_EQ(stream.status(), 201);
        EXPECT_EQ(stream.headers().find("a"), "b");
        EXPECT_EQ(stream.length(), 5u);
        EXPECT_EQ(stream.url(), site);
    }());
}

TEST(ResponseStream, GivesTheBodyPieceByPieceAndThenTheConnectionBack) {
    simulate([]() -> task<> {
        simulated_web web;
        const std::string large(50'000, 'x');
        web.play({script(
            {ok(large),
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"})});
        http::client client = web.client();
        auto first = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await read(first), large);
        EXPECT_EQ(client.stats().idle, 1u);
        auto second = co_await client.stream(method::get, site);
        EXPECT_EQ(second.length(), std::nullopt);
        EXPECT_EQ(co_await read(second), "abc");
        EXPECT_EQ(web.connections(), 1u);
    }());
}

TEST(ResponseStream, EndsAtOnceWithoutABody) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("")})});
        http::client client = web.client();
        auto stream = co_await client.stream(method::get, site);
        EXPECT_TRUE((co_await stream.next()).empty());
        EXPECT_TRUE((co_await stream.next()).empty()) << "and stays at its end";
        EXPECT_EQ(client.stats().idle, 1u);
    }());
}

TEST(ResponseStream, ClosesTheConnectionIfItEndsBeforeItsBody) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play(
            {script({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"}), script({ok("next")})});
        http::client client = web.client();
        {
            const auto stream = co_await client.stream(method::get, site);
        }
        EXPECT_EQ(client.stats().open, 0u);
        EXPECT_EQ((co_await client.get(site)).body, "next");
    }());
}

TEST(ResponseStream, TellsWhatIsMissing) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play(
            {script({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"}, finally::close),
             script({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nzz"})});
        http::client client = web.client();
        auto truncated = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await read(truncated), "some!body_truncated");
        auto broken = co_await client.stream(method::get, site);
        // What came in one piece with the broken chunk is not given out.
        EXPECT_EQ(co_await read(broken), "!bad_chunk");
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(ResponseStream, ThrowsAgainWhatItHasThrown) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"}, finally::close)});
        http::client client = web.client();
        auto truncated = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await read(truncated), "some!body_truncated");
        EXPECT_EQ(co_await read(truncated), "!body_truncated");
    }());
}

TEST(ResponseStream, GivesUpWhenTheBodyStops) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"})});
        http::client client = web.client();
        auto stream = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await read(stream), "some!read_timeout");
    }());
}

TEST(ResponseStream, ReadsAllUpToALimit) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("0123456789"), ok("0123456789")})});
        http::client client = web.client();
        auto small = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await small.read_all(10), "0123456789");
        auto large = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await refusal_of(large.read_all(9)), error_kind::body_too_large);
    }());
}

TEST(ResponseStream, DoesNotGoOnBehindWhatWasTooMuch) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123456789"})});
        http::client client = web.client();
        auto large = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await refusal_of(large.read_all(9)), error_kind::body_too_large);
        EXPECT_EQ(co_await read(large), "!body_too_large");
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(ResponseStream, MayOutliveItsLoop) {
    std::optional<http::client> client;
    const http::response_stream rest =
        simulate([](std::optional<http::client>& made) -> task<http::response_stream> {
            simulated_web web;
            web.play({script({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome"})});
            made = web.client();
            co_return co_await made->stream(method::get, site);
        }(client));
    EXPECT_EQ(rest.status(), 200);
}

TEST(ResponseStream, OutlivesItsClient) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("text")})});
        std::optional<http::client> client(web.client());
        auto stream = co_await client->stream(method::get, site);
        client.reset();
        EXPECT_EQ(co_await read(stream), "text");
    }());
}

TEST(ResponseStream, CanBeReplacedByAnother) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("one")}), script({ok("two")})});
        http::client client = web.client();
        auto stream = co_await client.stream(method::get, site);
        stream = co_await client.stream(method::get, site);
        EXPECT_EQ(co_await read(stream), "two");
        EXPECT_EQ(client.stats().open, client.stats().idle);
    }());
}

}  // namespace
