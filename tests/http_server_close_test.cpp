// How a server listens, and how it ends. Over real sockets, because it owns its listeners.
#include <eddy/http_server.hpp>

#include "support/http_ending.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/http_client.hpp>
#include <eddy/native_handle.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tcp_stream.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

task<http::response> hello(http::request) {
    co_return http::response(200, "hello");
}

std::string url_of(const endpoint& at) {
    return "http://" + at.to_string() + "/";
}

// A handler that waits until it may answer.
struct gate {
    event entered;
    event open;
};

task<http::response> pass_gate(http::request, gate* through) {
    through->entered.set();
    co_await through->open.wait();
    co_return http::response(200, "through");
}

TEST(HttpServer, ListensAtSeveralEndpoints) {
    run([]() -> task<> {
        http::server server(hello);
        const endpoint one = server.listen(endpoint::loopback());
        const endpoint other = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        EXPECT_EQ((co_await client.get(url_of(one))).body, "hello");
        EXPECT_EQ((co_await client.get(url_of(other))).body, "hello");
        co_await server.close();
        co_await serving;
        EXPECT_EQ(server.stats().accepted, 2u);
        EXPECT_EQ(server.stats().requests, 2u);
    });
}

TEST(HttpServer, SaysThatAHandlerThrewWhateverItWas) {
    run([]() -> task<> {
        const auto fail = [](http::request) -> task<http::response> {
            throw 42;
            co_return http::response();
        };
        http::server server(fail);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        ::testing::internal::CaptureStderr();
        EXPECT_EQ(co_await ending_of_request(client.get(url_of(at))), 500);
        const std::string said = ::testing::internal::GetCapturedStderr();
        EXPECT_NE(said.find("the handler of GET / threw"), std::string::npos) << said;
        co_await server.close();
        co_await serving;
    });
}

TEST(HttpServer, GivesItsArgumentsToTheHandler) {
    run([]() -> task<> {
        const auto greet = [](http::request asked,
                              const std::string& greeting) -> task<http::response> {
            co_return http::response(200, greeting + asked.target);
        };
        http::server server(greet, std::string("hello "));
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        EXPECT_EQ((co_await client.get(url_of(at))).body, "hello /");
        co_await server.close();
        co_await serving;
    });
}

TEST(HttpServer, LetsRequestsUnderWayEndWhenItIsClosed) {
    run([]() -> task<> {
        gate through;
        http::server server(pass_gate, &through);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        auto request = create_task(client.get(url_of(at)));
        co_await through.entered.wait();
        auto closing = create_task(server.close());
        co_await yield();
        EXPECT_FALSE(closing.done());
        const auto late = co_await ending_of_request(client.get(url_of(at)));
        EXPECT_TRUE(late.failed) << "somebody new got in: " << late;
        through.open.set();
        const auto answered = co_await std::move(request);
        EXPECT_EQ(answered.body, "through");
        EXPECT_TRUE(answered.headers.has_token("connection", "close"));
        co_await closing;
        co_await serving;
        EXPECT_EQ(server.stats().open, 0u);
    });
}

TEST(HttpServer, EndsIdleConnectionsAtOnceWhenItIsClosed) {
    run([]() -> task<> {
        http::server server(hello);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        co_await client.get(url_of(at));
        tcp_stream silent = co_await tcp_stream::connect(at);
        while (server.stats().open < 2) co_await yield();
        co_await server.close();
        co_await serving;
        std::byte nothing[1];
        EXPECT_EQ(co_await silent.read(nothing), 0u);
        while (client.stats().open > 0) co_await yield();
    });
}

// How a request ends whose server is closed meanwhile, with a handler that goes on or does not.
task<http_ending> close_over_a_request(duration drain, bool goes_on) {
    gate through;
    http::server_limits limits;
    limits.drain = drain;
    http::server server(pass_gate, &through);
    server.limits(limits);
    const endpoint at = server.listen(endpoint::loopback());
    auto serving = create_task(server.serve());
    http::client client;
    auto request = create_task(ending_of_request(client.get(url_of(at))));
    co_await through.entered.wait();
    auto closing = create_task(server.close());
    for (int turn = 0; turn < 3; ++turn) co_await sleep(0ns);
    if (goes_on) through.open.set();
    co_await closing;
    co_await serving;
    co_return co_await std::move(request);
}

TEST(HttpServer, DoesNotWaitForeverForARequestUnderWay) {
    EXPECT_EQ(run(close_over_a_request(20ms, false)), http::error_kind::closed_before_response);
}

TEST(HttpServer, WaitsForARequestUnderWayForAsLongAsItIsTold) {
    EXPECT_EQ(run(close_over_a_request(duration::max(), true)), 200);
}

TEST(HttpServer, EndsItsConnectionsWhenItIsCancelled) {
    run([]() -> task<> {
        gate through;
        http::server server(pass_gate, &through);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        auto request = create_task(ending_of_request(client.get(url_of(at))));
        co_await through.entered.wait();
        serving.cancel();
        EXPECT_EQ(co_await std::move(request), http::error_kind::closed_before_response);
        while (!serving.done()) co_await yield();
        EXPECT_TRUE(serving.cancelled());
        EXPECT_EQ(server.stats().open, 0u);
    });
}

TEST(HttpServer, CanBeClosedBeforeItServes) {
    run([]() -> task<> {
        http::server server(hello);
        const endpoint at = server.listen(endpoint::loopback());
        co_await server.close();
        http::client client;
        EXPECT_EQ(co_await ending_of_request(client.get(url_of(at))),
                  http::error_kind::connection_refused);
    });
}

TEST(HttpServer, LetsMoreConnectionsThanItsLimitWait) {
    run([]() -> task<> {
        http::server_limits limits;
        limits.connections = 1;
        http::server server(hello);
        server.limits(limits);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        tcp_stream first = co_await tcp_stream::connect(at);
        while (server.stats().open < 1) co_await yield();
        http::client client;
        auto request = create_task(client.get(url_of(at)));
        while (client.stats().created < 1) co_await yield();
        EXPECT_EQ(server.stats().accepted, 1u);
        co_await first.close();
        EXPECT_EQ((co_await std::move(request)).status, 200);
        co_await server.close();
        co_await serving;
    });
}

TEST(HttpServer, HearsAClientOutThatSaysMoreAfterTheLastAnswer) {
    run([]() -> task<> {
        http::server server(hello);
        const endpoint at = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        tcp_stream client = co_await tcp_stream::connect(at);
        const std::string last = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        co_await write_all(client, last + std::string(100'000, 'x'));
        const std::string answer = co_await read_text(client);
        EXPECT_TRUE(answer.ends_with("hello")) << answer;
        co_await client.close();
        co_await server.close();
        co_await serving;
    });
}

TEST(HttpServer, ServesEachOfItsEndpointsHoweverFewConnectionsItTakes) {
    run([]() -> task<> {
        http::server_limits limits;
        limits.connections = 1;
        http::server server(hello);
        server.limits(limits);
        const endpoint one = server.listen(endpoint::loopback());
        const endpoint other = server.listen(endpoint::loopback());
        auto serving = create_task(server.serve());
        http::client client;
        const std::vector<endpoint> in_turn{other, one, other};
        for (const endpoint& at : in_turn) {
            const auto settings = http::options().header("Connection", "close");
            EXPECT_EQ(co_await ending_of_request(client.get(url_of(at), settings)), 200);
        }
        co_await server.close();
        co_await serving;
    });
}

}  // namespace
