// Which connection a request takes: one that was kept, or a new one.
#include "support/http_ending.hpp"
#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/http_client.hpp>
#include <eddy/run.hpp>
#include <eddy/tcp_listener.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using http::error_kind;

constexpr std::string_view site = "http://example.com/";

task<http::response> hello(http::request) {
    co_return http::response(200, "hello");
}

TEST(HttpClient, KeepsTheConnectionForTheNextRequest) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(hello);
        http::client client = web.client();
        for (int round = 0; round < 5; ++round) co_await client.get(site);
        EXPECT_EQ(web.connections(), 1u);
        EXPECT_EQ(
            client.stats(),
            (http::client_stats{.open = 1, .idle = 1, .waiting = 0, .created = 1, .reused = 4}));
    }());
}

TEST(HttpClient, UsesOneConnectionForEachOrigin) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(hello);
        http::client client = web.client();
        co_await client.get("http://example.com/");
        co_await client.get("http://example.com:8080/");
        co_await client.get("http://www.example.com/");
        co_await client.get("http://EXAMPLE.com:80/again");
        EXPECT_EQ(web.connections(), 3u);
    }());
}

TEST(HttpClient, DoesNotReuseAConnectionAfter) {
    const std::vector<std::string> answers{
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 204 No Content\r\n\r\nbody",
    };
    for (const std::string& answer : answers) {
        simulate([](std::string first) -> task<> {
            simulated_web web;
            web.play({script({first}), script({ok("second")})});
            http::client client = web.client();
            EXPECT_EQ((co_await client.get(site)).body,
                      first.find("204") == first.npos ? "ok" : "");
            EXPECT_EQ((co_await client.get(site)).body, "second") << first;
            EXPECT_EQ(web.connections(), 2u) << first;
        }(answer));
    }
}

TEST(HttpClient, DoesNotReuseAConnectionThatItAskedToClose) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1")}), script({ok("2")})});
        http::client polite = web.client();
        co_await polite.get(site, http::options().header("connection", "Close"));
        EXPECT_EQ(polite.stats().open, 0u) << "one request said so";
        http::client always = web.client(http::client_options().header("Connection", "close"));
        co_await always.get(site);
        EXPECT_EQ(always.stats().open, 0u) << "all requests say so";
    }());
}

TEST(HttpClient, ForgetsAnIdleConnectionAsSoonAsTheServerHangsUp) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1")}, finally::close), script({ok("2")})});
        http::client client = web.client();
        co_await client.get(site);
        co_await sleep(10ms);
        EXPECT_EQ(client.stats().open, 0u) << "the end of the stream was noticed while idle";
        EXPECT_EQ((co_await client.get(site)).body, "2");
    }());
}

TEST(HttpClient, NeverGivesUnaskedBytesToTheNextRequest) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1") + ok("unasked")}), script({ok("2")})});
        http::client client = web.client();
        co_await client.get(site);
        co_await sleep(10ms);
        EXPECT_EQ(client.stats().open, 0u);
        EXPECT_EQ((co_await client.get(site)).body, "2");
    }());
}

// A server that answers one request of each connection, and says or does what nobody asked for.
task<> answer_each_once(tcp_listener& listener, std::string text, finally end) {
    std::vector<tcp_stream> peers;
    for (;;) {
        peers.push_back(co_await listener.accept());
        std::byte head[1024];
        co_await peers.back().read(head);
        co_await write_all(peers.back(), text);
        if (end == finally::close) co_await peers.back().close();
    }
}

// Sends a GET and at once a POST to that server, and tells how many connections it took.
std::size_t connections_for_two(std::string text, finally end) {
    std::size_t connections = 0;
    run([](std::string says, finally then, std::size_t& made) -> task<> {
        tcp_listener listener = tcp_listener::bind(endpoint::loopback());
        const std::string here = "http://" + listener.local().to_string() + "/";
        auto serving = create_task(answer_each_once(listener, std::move(says), then));
        http::client client;
        EXPECT_EQ(co_await ending_of_request(client.get(here)), 200);
        EXPECT_EQ(co_await ending_of_request(client.post(here)), 200);
        made = client.stats().created;
        serving.cancel();
    }(std::move(text), end, connections));
    return connections;
}

TEST(HttpClient, LooksBehindAnAnswerBeforeItUsesTheConnectionAgain) {
    const std::string unasked = "HTTP/1.1 500 Unasked\r\nContent-Length: 0\r\n\r\n";
    constexpr std::size_t buffer = 16 * 1024;
    const std::size_t head = ok(std::string(buffer, 'x')).size() - buffer;
    const std::string full = ok(std::string(buffer - head, 'x'));
    ASSERT_EQ(full.size(), buffer) << "it ends where the buffer ends";
    EXPECT_EQ(connections_for_two(full + unasked, finally::stay), 2u);
    EXPECT_EQ(connections_for_two(ok("short"), finally::close), 2u);
    EXPECT_EQ(connections_for_two(full, finally::close), 2u);
}

TEST(HttpClient, ClosesConnectionsThatWereIdleForTooLong) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(hello);
        http::client_limits limits;
        limits.idle_expiry = 5s;
        http::client client = web.client(http::client_options().limits(limits));
        co_await client.get(site);
        co_await sleep(4s);
        EXPECT_EQ(client.stats().idle, 1u);
        co_await sleep(2s);
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(HttpClient, WaitsForAsLongAsItIsToldHoweverLongThatIs) {
    simulate([]() -> task<> {
        simulated_web web;
        constexpr duration ages = duration::max() - 1ns;
        http::server_limits of_server;
        of_server.idle = ages;
        web.serve(hello, of_server);
        web.slow_down(1s);
        http::client_limits limits;
        limits.connections = 1;
        limits.idle_expiry = ages;
        limits.max_age = ages;
        http::timeouts patience;
        patience.total = patience.pool = patience.connect = ages;
        patience.write = patience.read = ages;
        http::client client = web.client(http::client_options().limits(limits).timeouts(patience));
        const auto [one, other] = co_await gather(ending_of_request(client.get(site)),
                                                  ending_of_request(client.get(site)));
        EXPECT_EQ(one, 200);
        EXPECT_EQ(other, 200);
        co_await sleep(24h);
        EXPECT_EQ(co_await ending_of_request(client.get(site)), 200);
        EXPECT_EQ(web.connections(), 1u);
    }());
}

TEST(HttpClient, ClosesAnIdleConnectionBeforeTheServerSaidItWould) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script(
            {"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n"})});
        http::client client = web.client();
        co_await client.get(site);
        co_await sleep(3s);
        EXPECT_EQ(client.stats().idle, 1u);
        co_await sleep(2s);
        EXPECT_EQ(client.stats().idle, 0u);
    }());
}

TEST(HttpClient, DoesNotReuseAnOldConnection) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(hello);
        http::client_limits limits;
        limits.max_age = 10s;
        http::client client = web.client(http::client_options().limits(limits));
        for (int round = 0; round < 4; ++round) {
            co_await client.get(site);
            co_await sleep(4s);
        }
        EXPECT_EQ(web.connections(), 2u);
    }());
}

TEST(HttpClient, KeepsToItsLimitPerOrigin) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request asked) -> task<http::response> {
            co_await sleep(50ms);
            co_return http::response(200, asked.target);
        });
        http::client_limits limits;
        limits.per_origin = 3;
        http::client client = web.client(http::client_options().limits(limits));
        std::vector<task<http::response>> requests;
        for (int number = 0; number < 10; ++number) {
            requests.push_back(client.get("http://example.com/" + std::to_string(number)));
        }
        const auto answers = co_await gather(std::move(requests));
        for (int number = 0; number < 10; ++number) {
            EXPECT_EQ(answers[static_cast<std::size_t>(number)].body, "/" + std::to_string(number));
        }
        EXPECT_EQ(web.connections(), 3u);
        EXPECT_EQ(client.stats().idle, 3u);
        EXPECT_EQ(client.stats().waiting, 0u);
    }());
}

TEST(HttpClient, RepeatsARequestOnceWhenTheKeptConnectionWasDead) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1"), ""}, finally::close), script({ok("2")})});
        http::client client = web.client();
        co_await client.get(site);
        EXPECT_EQ((co_await client.get(site)).body, "2");
        EXPECT_EQ(web.requests().size(), 3u) << "it had been sent over the dead connection first";
    }());
}

TEST(HttpClient, DoesNotRepeatWhatIsNotSafeToRepeat) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1"), ""}, finally::close), script({ok("2")})});
        http::client client = web.client();
        co_await client.get(site);
        const auto ending = co_await ending_of_request(client.post(site));
        EXPECT_EQ(ending, error_kind::closed_before_response);
        EXPECT_TRUE(ending.failed->reused());
        EXPECT_EQ(web.connections(), 1u);
    }());
}

TEST(HttpClient, DoesNotRepeatARequestThatRanOutOfTime) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1"), reply(ok("late"), 100s)}), script({ok("2")})});
        http::timeouts patience;
        patience.read = 2s;
        http::client client = web.client(http::client_options().timeouts(patience));
        co_await client.get(site);
        EXPECT_EQ(co_await ending_of_request(client.get(site)), error_kind::read_timeout);
        EXPECT_EQ(web.connections(), 1u);
    }());
}

TEST(HttpClient, DoesNotRepeatARequestThatWasHalfAnswered) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("1"), "HTTP/1.1 2"}, finally::close), script({ok("2")})});
        http::client client = web.client();
        co_await client.get(site);
        EXPECT_EQ(co_await ending_of_request(client.get(site)), error_kind::closed_in_head);
    }());
}

}  // namespace
