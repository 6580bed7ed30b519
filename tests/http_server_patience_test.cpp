// How long a server waits for its clients.
#include <eddy/http_server.hpp>

#include "support/simulate.hpp"
#include "support/simulated_web.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

task<http::response> echo(http::request asked) {
    co_return http::response(200, std::move(asked.body));
}

std::string head_of_post(std::size_t length) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

// How long a server keeps a connection whose client says this and then nothing, and what it says.
std::pair<duration, std::string> patience_with(std::string_view text,
                                               const http::server_limits& limits) {
    return simulate([](std::string said,
                       http::server_limits limited) -> task<std::pair<duration, std::string>> {
        simulated_web web;
        web.serve(echo, limited);
        tcp_stream client = web.connect();
        const time_point start = simulation().now();
        co_await write_all(client, said);
        std::string answer = co_await read_text(client);
        co_return std::pair(elapsed_since(start), std::move(answer));
    }(std::string(text), limits));
}

TEST(HttpServer, LosesPatienceWithClientsThatStopInTheMiddle) {
    http::server_limits limits;
    limits.idle = 60s;
    limits.head = 10s;
    limits.body_pause = 30s;

    const auto [idle, nothing] = patience_with("", limits);
    EXPECT_GE(idle, 60s);
    EXPECT_EQ(nothing, "") << "who asks nothing gets no answer";

    const auto [in_head, head_answer] = patience_with("GET / HTTP/1.1\r\nHos", limits);
    EXPECT_GE(in_head, 10s);
    EXPECT_LT(in_head, 20s);
    EXPECT_TRUE(head_answer.starts_with("HTTP/1.1 408 ")) << head_answer;

    const auto [in_body, body_answer] = patience_with(head_of_post(5) + "te", limits);
    EXPECT_GE(in_body, 30s);
    EXPECT_TRUE(body_answer.starts_with("HTTP/1.1 408 ")) << body_answer;
}

TEST(HttpServer, ClosesItsSideWithTheLastAnswerWhateverTheClientDoes) {
    const auto [waited, answer] = patience_with("GET / HTTP/1.0\r\n\r\n", {});
    EXPECT_LT(waited, 100ms);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
    const auto [refused, refusal] = patience_with("GET / HTTP/2.0\r\n", {});
    EXPECT_LT(refused, 100ms);
    EXPECT_TRUE(refusal.starts_with("HTTP/1.1 505 ")) << refusal;
}

TEST(HttpServer, HasPatienceForAsLongAsItIsToldHoweverLongThatIs) {
    simulate([]() -> task<> {
        simulated_web web;
        http::server_limits limits;
        limits.head = limits.idle = limits.body_pause = limits.write = duration::max();
        web.serve(echo, limits);
        tcp_stream client = web.connect();
        const std::vector<std::string> pieces{"POST / HTTP/1.1\r\nHo",
                                              "st: a\r\nContent-Length: 2\r\n\r\n", "ab"};
        for (const std::string& piece : pieces) {
            co_await sleep(1h);
            co_await write_all(client, piece);
        }
        simulation().network().shut_down(client.native(), simulation().now());
        EXPECT_TRUE((co_await read_text(client)).ends_with("\r\n\r\nab"));
    }());
}

TEST(HttpServer, IsNotKeptByAClientThatDripsItsHeaders) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        tcp_stream client = web.connect();
        const time_point start = simulation().now();
        auto answer = create_task(read_text(client));
        co_await write_all(client, "GET / HTTP/1.1\r\nA: ");
        try {
            for (;;) {
                co_await sleep(1s);
                co_await write_all(client, "x");
            }
        } catch (const std::system_error&) {
            // The server has closed.
        }
        EXPECT_LT(elapsed_since(start), 20s);
        EXPECT_TRUE((co_await answer).starts_with("HTTP/1.1 408 "));
    }());
}

TEST(HttpServer, HearsAClientOutForASecondAtMost) {
    const duration heard = simulate([]() -> task<duration> {
        simulated_web web;
        http::server_limits limits;
        limits.body = 10;
        web.serve(echo, limits);
        tcp_stream client = web.connect();
        const std::string head = head_of_post(3'000'000);
        co_await write_all(client, head);
        const time_point start = simulation().now();
        try {
            for (;;) {
                co_await sleep(100ms);
                co_await write_all(client, "more"sv);
            }
        } catch (const std::system_error&) {
            co_return simulation().now() - start;
        }
    }());
    EXPECT_GE(heard, 1s);
    EXPECT_LE(heard, 1500ms);
}

// One that sends so much of a body each second; returns what it is told, and after how long.
std::pair<duration, std::string> answer_to_drips(std::size_t size, std::string_view each_second,
                                                 const http::server_limits& limits) {
    return simulate([](std::size_t all, std::string drip,
                       http::server_limits limited) -> task<std::pair<duration, std::string>> {
        simulated_web web;
        web.serve(echo, limited);
        tcp_stream client = web.connect();
        const time_point start = simulation().now();
        auto answer = create_task(read_text(client));
        co_await write_all(client, head_of_post(all));
        try {
            for (std::size_t sent = 0; sent < all; sent += drip.size()) {
                co_await sleep(1s);
                co_await write_all(client, drip);
            }
        } catch (const std::system_error&) {
            // The server has closed.
        }
        const duration passed = elapsed_since(start);
        simulation().network().shut_down(client.native(), simulation().now());
        co_return std::pair(passed, co_await answer);
    }(size, std::string(each_second), limits));
}

TEST(HttpServer, IsNotKeptByAClientThatDripsItsBody) {
    const auto [kept, answer] = answer_to_drips(1'000'000, "x", {});
    EXPECT_GE(kept, 30s);
    EXPECT_LT(kept, 40s);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408 ")) << answer;
}

TEST(HttpServer, HearsAClientOutWhoseBodyIsSlowButNotTooSlow) {
    http::server_limits limits;
    const std::string kilobyte(1000, 'x');
    const auto [fast_enough, whole] = answer_to_drips(100'000, kilobyte, limits);
    EXPECT_GE(fast_enough, 100s);
    EXPECT_TRUE(whole.starts_with("HTTP/1.1 200 ")) << whole;
    limits.slowest = 2000;
    const auto [too_slow, refused] = answer_to_drips(100'000, kilobyte, limits);
    EXPECT_LT(too_slow, 70s);
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 408 ")) << refused;
    limits.slowest = 0;
    const auto [any, all] = answer_to_drips(100, "x", limits);
    EXPECT_GE(any, 100s);
    EXPECT_TRUE(all.starts_with("HTTP/1.1 200 ")) << all;
}

TEST(HttpServer, IsNotKeptByAClientThatTakesItsAnswerByteByByte) {
    simulate([]() -> task<> {
        simulated_web web;
        const auto large = [](http::request) -> task<http::response> {
            co_return http::response(200, std::string(10'000'000, 'x'));
        };
        web.serve(large);
        tcp_stream client = web.connect();
        co_await write_all(client, "GET / HTTP/1.0\r\n\r\n"sv);
        const time_point start = simulation().now();
        std::byte drop[1];
        while (web.server().stats.open == 0) co_await sleep(1s);
        while (web.server().stats.open > 0 && elapsed_since(start) < 1h) {
            co_await sleep(1s);
            co_await client.read(drop);
        }
        EXPECT_LT(elapsed_since(start), 2min) << "it had until it took some bytes, again and again";
    }());
}

}  // namespace
