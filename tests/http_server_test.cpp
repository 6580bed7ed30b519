#include <eddy/http_server.hpp>

#include "support/simulate.hpp"
#include "support/simulated_web.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_client.hpp>
#include <eddy/run.hpp>
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
    std::string told =
        std::string(to_string(asked.method)) + ' ' + asked.host + asked.target + ' ' + asked.body;
    co_return http::response(200, std::move(told));
}

// Everything the server answers to a text, after which the client says no more.
std::string answers_to(std::string_view text, const http::server_limits& limits = {},
                       std::function<task<http::response>(http::request)> handler = echo) {
    return simulate(
        [](std::string said, http::server_limits limited,
           std::function<task<http::response>(http::request)> answer) -> task<std::string> {
            simulated_web web;
            web.serve(std::move(answer), limited);
            tcp_stream client = web.connect();
            co_await write_all(client, said);
            simulation().network().shut_down(client.native(), simulation().now());
            co_return co_await read_text(client);
        }(std::string(text), limits, std::move(handler)));
}

// The statuses of those answers, in order: "200 200 400".
std::string statuses_of(std::string_view text, const http::server_limits& limits = {}) {
    const std::string answers = answers_to(text, limits);
    std::string statuses;
    for (std::size_t at = answers.find("HTTP/1.1 "); at != std::string::npos;
         at = answers.find("HTTP/1.1 ", at + 1)) {
        if (!statuses.empty()) statuses += ' ';
        statuses += answers.substr(at + 9, 3);
    }
    return statuses;
}

std::string get(std::string_view target, std::string_view lines = "") {
    return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

std::string post(std::string_view lines, std::string_view rest) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n" + std::string(rest);
}

std::string_view body_of(std::string_view answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string_view::npos ? answer : answer.substr(end + 4);
}

TEST(HttpServer, AnswersARequest) {
    const std::string answer = answers_to(get("/a?b"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\nDate: ")) << answer;
    EXPECT_NE(answer.find("\r\nContent-Length: 10\r\n"), std::string::npos) << answer;
    EXPECT_EQ(body_of(answer), "GET a/a?b ");
}

TEST(HttpServer, ReadsBodiesOfBothFramings) {
    EXPECT_EQ(body_of(answers_to(post("Content-Length: 4\r\n", "text"))), "POST a/ text");
    EXPECT_EQ(body_of(answers_to(post("Transfer-Encoding: chunked\r\n",
                                      "2\r\nte\r\n2;x=y\r\nxt\r\n0\r\nA: b\r\n\r\n"))),
              "POST a/ text");
}

TEST(HttpServer, AnswersPipelinedRequestsInOrder) {
    const std::string answers =
        answers_to(get("/1") + post("Content-Length: 2\r\n", "ab") +
                   post("Transfer-Encoding: chunked\r\n", "1\r\nc\r\n0\r\n\r\n") + get("/4"));
    std::size_t at = 0;
    for (const auto expected : {"GET a/1 ", "POST a/ ab", "POST a/ c", "GET a/4 "}) {
        at = answers.find(expected, at);
        ASSERT_NE(at, std::string::npos)
            << expected << " is missing or out of order in " << answers;
    }
}

TEST(HttpServer, AnswersManyPipelinedRequests) {
    std::string many;
    std::string expected;
    for (int number = 0; number < 200; ++number) {
        many += get("/");
        expected += number == 0 ? "200" : " 200";
    }
    EXPECT_EQ(statuses_of(many), expected);
}

TEST(HttpServer, ClosesAfterARequestThatAsksForIt) {
    const std::string answer = answers_to(get("/1", "Connection: close\r\n") + get("/2"));
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
    EXPECT_EQ(body_of(answer), "GET a/1 ");
    EXPECT_EQ(statuses_of("GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n"), "200");
    EXPECT_EQ(statuses_of("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n"),
              "200 200");
}

TEST(HttpServer, AnswersHeadWithoutABody) {
    const std::string answer = answers_to("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_NE(answer.find("Content-Length: 8\r\n"), std::string::npos) << answer;
    EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, RefusesHeadWithoutABodyToo) {
    const std::string answer =
        answers_to("HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 413 ")) << answer;
    EXPECT_EQ(body_of(answer), "");
}

TEST(HttpServer, SendsNoBodyWithStatusesThatHaveNone) {
    for (const int status : {204, 304}) {
        const std::string answer =
            answers_to(get("/"), {}, [status](http::request) -> task<http::response> {
                http::response without(status);
                without.body = "must not be sent";
                co_return without;
            });
        EXPECT_EQ(body_of(answer), "") << status;
        EXPECT_EQ(answer.find("Content-Length"), std::string::npos) << status;
    }
}

TEST(HttpServer, SendsLargeBodies) {
    const std::string large(300'000, 'x');
    const std::string answer =
        answers_to(get("/"), {}, [&large](http::request) -> task<http::response> {
            co_return http::response(200, large);
        });
    EXPECT_EQ(body_of(answer), large);
}

TEST(HttpServer, AsksForABodyThatWaitsToBeAskedFor) {
    const std::string answers =
        answers_to(post("Expect: 100-continue\r\nContent-Length: 4\r\n", ""));
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 100 Continue\r\n\r\n")) << answers;
    EXPECT_EQ(statuses_of(post("Expect: 100-continue\r\nContent-Length: 0\r\n", "")), "200");
    EXPECT_EQ(statuses_of(post("Expect: 200-magic\r\nContent-Length: 4\r\n", "text")), "417");
}

TEST(HttpServer, DoesNotAskForABodyThatItWouldNotTake) {
    http::server_limits limits;
    limits.body = 3;
    EXPECT_EQ(statuses_of(post("Expect: 100-continue\r\nContent-Length: 4\r\n", ""), limits),
              "413");
}

TEST(HttpServer, RefusesEveryFormOfRequestSmuggling) {
    const std::vector<std::string> smuggled{
        post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"),
        post("Content-Length: 4\r\nContent-Length: 5\r\n", "text!"),
        post("Content-Length: 4, 5\r\n", "text!"),
        post("Content-Length: -4\r\n", "text"),
        post("Content-Length: +4\r\n", "text"),
        post("Content-Length: 0x4\r\n", "text"),
        post("Content-Length: 4a\r\n", "text"),
        post("Content-Length:\r\n", "text"),
        post("Content-Length: 99999999999999999999\r\n", "text"),
        post("Content-Length : 4\r\n", "text"),
        post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
        post("Transfer-Encoding:\x0b"
             "chunked\r\n",
             "0\r\n\r\n"),
        post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        post("Transfer-Encoding: chunked\r\n", "-2\r\n"),
        post("Transfer-Encoding: chunked\r\n", "0x2\r\nab\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "1_0\r\n"),
        post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"),
        post("Transfer-Encoding: chunked\r\n", "2\nab\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "2\r\nabc\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n", "2 \r\nab\r\n0\r\n\r\n"),
        post("Transfer-Encoding: chunked\r\n",
             "2;" + std::string(1000, 'x') + "\r\nab\r\n0\r\n\r\n"),
        post("A: b\r\n c\r\n", ""),
        post(" A: b\r\n", ""),
        post("A: b\n", ""),
        post("A: b\rContent-Length: 4\r\n", ""),
        post("A: b\0c\r\n"sv, ""),
        post("no colon\r\n", ""),
        post(": empty\r\n", ""),
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
    };
    // Whatever follows must not be taken for a request of its own.
    for (const std::string& text : smuggled)
        EXPECT_EQ(statuses_of(text + get("/hidden")), "400") << text;
}

TEST(HttpServer, NamesTheLimitThatARequestExceeds) {
    http::server_limits limits;
    limits.body = 10;
    EXPECT_EQ(statuses_of(post("Content-Length: 11\r\n", "01234567890"), limits), "413");
    EXPECT_EQ(statuses_of(post("Transfer-Encoding: chunked\r\n", "b\r\n01234567890\r\n0\r\n\r\n"),
                          limits),
              "413");
    EXPECT_EQ(statuses_of(post("Content-Length: 10\r\n", "0123456789"), limits), "200");
    EXPECT_EQ(statuses_of("GET /" + std::string(20'000, 'x')), "414");
    EXPECT_EQ(statuses_of(get("/", "A: " + std::string(20'000, 'x'))), "431");
    std::string many;
    for (int number = 0; number < 200; ++number) many += "A: b\r\n";
    EXPECT_EQ(statuses_of(get("/", many)), "431");
    std::string large;
    for (int number = 0; number < 10; ++number) large += "A: " + std::string(10'000, 'x') + "\r\n";
    EXPECT_EQ(statuses_of(get("/", large)), "431");
}

TEST(HttpServer, HearsAClientOutThatSendsMuchMoreThanItsLimit) {
    http::server_limits limits;
    limits.body = 10;
    const std::string large(3'000'000, 'x');
    EXPECT_EQ(statuses_of(post("Content-Length: 3000000\r\n", large), limits), "413");
}

TEST(HttpServer, RefusesMethodsAndVersionsItDoesNotKnow) {
    EXPECT_EQ(statuses_of("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), "501");
    EXPECT_EQ(statuses_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"), "501");
    EXPECT_EQ(statuses_of("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n" + get("/")), "501");
    EXPECT_EQ(statuses_of("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n"), "501");
    EXPECT_EQ(statuses_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), "505");
    EXPECT_EQ(statuses_of("\x16\x03\x01\x02"), "400");
}

TEST(HttpServer, AnswersAHandlerThatThrowsWithFiveHundredAndGoesOn) {
    const std::string answers =
        answers_to(get("/bad") + get("/good"), {}, [](http::request asked) -> task<http::response> {
            if (asked.target == "/bad") throw std::runtime_error("a secret of the house");
            co_return http::response(200, "good");
        });
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 500 Internal Server Error\r\n")) << answers;
    EXPECT_EQ(answers.find("secret"), std::string::npos)
        << "what a handler throws is not for clients";
    EXPECT_TRUE(answers.ends_with("good")) << answers;
}

TEST(HttpServer, AnswersAHandlerThatThrowsWhatIsNoExceptionWithFiveHundredAndGoesOn) {
    const std::string answers =
        answers_to(get("/bad") + get("/good"), {}, [](http::request asked) -> task<http::response> {
            if (asked.target == "/bad") throw "no exception";
            co_return http::response(200, "good");
        });
    EXPECT_TRUE(answers.starts_with("HTTP/1.1 500 Internal Server Error\r\n")) << answers;
    EXPECT_TRUE(answers.ends_with("good")) << answers;
}

TEST(HttpServer, TellsWhatAHandlerThrew) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request) -> task<http::response> {
            throw std::runtime_error("broken");
            co_return http::response();
        });
        std::string told;
        web.server().report = [&told](const http::request& asked, std::exception_ptr failure) {
            try {
                std::rethrow_exception(failure);
            } catch (const std::exception& thrown) {
                told = asked.peer + " asks " + asked.host + " for " + asked.target + ": " +
                       thrown.what();
            }
        };
        http::client client = web.client();
        EXPECT_EQ((co_await client.get("http://a/x")).status, 500);
        EXPECT_EQ(told, "127.0.0.1:1 asks a for /x: broken");
    }());
}

TEST(HttpServer, AnswersAlsoWhereWhoIsToldOfAHandlersErrorThrows) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request) -> task<http::response> {
            throw std::runtime_error("broken");
            co_return http::response();
        });
        web.server().report = [](const http::request&, std::exception_ptr failure) {
            std::rethrow_exception(failure);
        };
        http::client client = web.client();
        EXPECT_EQ((co_await client.get("http://a/x")).status, 500);
    }());
}

TEST(HttpServer, ClosesWhenTheHandlerSaysSo) {
    const std::string answer =
        answers_to(get("/1") + get("/2"), {}, [](http::request asked) -> task<http::response> {
            http::response last(200, asked.target);
            last.headers.add("Connection", "close");
            co_return last;
        });
    EXPECT_EQ(body_of(answer), "/1");
}

TEST(HttpServer, TakesNoRequestFromAConnectionThatIsReadyOnlyAfterItWasClosed) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        web.server().closing = true;
        const time_point start = event_loop::current()->kernel().now();
        tcp_stream late = web.connect();
        std::byte nothing[1];
        EXPECT_EQ(co_await late.read(nothing), 0u);
        EXPECT_LT(elapsed_since(start), 1s) << "it was waited for as if it were idle";
    }());
}

TEST(HttpServer, LetsNoBadConnectionHarmAnother) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        tcp_stream silent = web.connect();
        tcp_stream broken = web.connect();
        co_await write_all(broken, "GET / HTTP/1.1\r\nHo");
        simulation().network().reset(broken.native());
        tcp_stream rude = web.connect();
        co_await write_all(rude, "\x01\x02\x03");
        http::client client = web.client();
        EXPECT_EQ((co_await client.get("http://a/")).status, 200);
    }());
}

}  // namespace
