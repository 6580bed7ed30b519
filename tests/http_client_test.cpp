#include <eddy/http_client.hpp>

#include "support/http_ending.hpp"
#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <eddy/gather.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;
using http::error_kind;
using http::method;

constexpr std::string_view site = "http://example.com/";

task<http::response> echo(http::request asked) {
    std::string told = std::string(to_string(asked.method)) + ' ' + asked.target + ' ' + asked.body;
    co_return http::response(200, std::move(told));
}

// Sends one GET to a server that plays `scripts` and tells how it ended.
http_ending get_from(std::vector<script> scripts, http::options settings = http::options(),
                     http::client_options client_settings = http::client_options()) {
    return simulate([](std::vector<script> all, http::options special,
                       http::client_options general) -> task<http_ending> {
        simulated_web web;
        web.play(std::move(all));
        http::client client = web.client(std::move(general));
        co_return co_await ending_of_request(client.get(site, std::move(special)));
    }(std::move(scripts), std::move(settings), std::move(client_settings)));
}

http_ending get_from(const std::string& answer, finally end = finally::close) {
    std::vector<script> scripts;
    scripts.emplace_back(std::vector<reply>{answer}, end);
    return get_from(std::move(scripts));
}

TEST(HttpClient, GetsAResponseWithHeadersAndBody) {
    const auto ending =
        get_from("HTTP/1.1 200 Fine\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello");
    ASSERT_EQ(ending, 200);
    EXPECT_EQ(ending.answered->reason, "Fine");
    EXPECT_EQ(ending.answered->headers.find("server"), "x");
    EXPECT_EQ(ending.answered->url, site);
    EXPECT_EQ(ending.body(), "hello");
}

TEST(HttpClient, ReadsBodiesOfEveryFraming) {
    EXPECT_EQ(
        get_from(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            .body(),
        "abcde");
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\n\r\nuntil the end").body(), "until the end");
    EXPECT_EQ(get_from("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n").body(), "");
    EXPECT_EQ(get_from("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok").body(), "ok");
}

TEST(HttpClient, ReadsLargeBodiesWhole) {
    const std::string large(300'000, 'x');
    EXPECT_EQ(get_from(ok(large)).body(), large);
}

TEST(HttpClient, SendsMethodTargetHeadersAndBody) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        http::client client = web.client();
        const auto posted =
            co_await client.post("http://example.com/a?b#c", http::options().body("text"));
        EXPECT_EQ(posted.body, "POST /a?b text");
        const auto headed = co_await client.head(site);
        EXPECT_EQ(headed.body, "");
        EXPECT_EQ(headed.headers.find("content-length"), "7");
        const auto removed = co_await client.request(method::delete_, site);
        EXPECT_EQ(removed.body, "DELETE / ");
        const std::string large(100'000, 'y');
        const auto put = co_await client.put(site, http::options().body(large));
        EXPECT_EQ(put.body, "PUT / " + large);
    }());
}

TEST(HttpClient, AdvertisesOnlyWhatItCanDo) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("")})});
        http::client client = web.client();
        co_await client.get("http://example.com/a");
        EXPECT_EQ(web.requests().at(0),
                  "GET /a HTTP/1.1\r\nHost: example.com\r\nUser-Agent: eddy/0.1\r\nAccept: */*\r\n"
                  "Accept-Encoding: identity\r\n\r\n");
    }());
}

TEST(HttpClient, TellsWhatIsWrongWithAUrl) {
    simulate([]() -> task<> {
        simulated_web web;
        http::client client = web.client();
        EXPECT_EQ(co_await ending_of_request(client.get("no url")), error_kind::invalid_url);
        EXPECT_EQ(co_await ending_of_request(client.get("ftp://example.com/")),
                  error_kind::unsupported_scheme);
        const auto named =
            co_await ending_of_request(client.get("http://user:secret@example.com/"));
        EXPECT_EQ(named, error_kind::invalid_url);
        EXPECT_EQ(std::string(named.failed->what()).find("secret"), std::string::npos);
        EXPECT_EQ(client.stats(), http::client_stats());
    }());
}

TEST(HttpClient, RefusesToConnectToWhatIsBehindAProxy) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        http::client client = web.client();
        EXPECT_EQ(co_await ending_of_request(client.request(method::connect, site)),
                  error_kind::invalid_method);
        EXPECT_EQ(web.connections(), 0u);
    }());
}

TEST(HttpClient, RefusesHeadersThatContradictTheRequest) {
    simulate([]() -> task<> {
        simulated_web web;
        http::client client = web.client();
        const auto ending =
            co_await ending_of_request(client.get(site, http::options().header("Host", "other")));
        EXPECT_EQ(ending, error_kind::invalid_header);
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(HttpClient, DoesNotRepeatARequestOverAFreshConnection) {
    EXPECT_EQ(get_from("", finally::close), error_kind::closed_before_response);
    EXPECT_EQ(get_from("", finally::reset), error_kind::connection_reset);
}

TEST(HttpClient, SaysWhereAConnectionBroke) {
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nServ"), error_kind::closed_in_head);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\n"), error_kind::closed_in_head);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
              error_kind::body_truncated);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
              error_kind::body_truncated);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
              error_kind::body_truncated);
}

TEST(HttpClient, RefusesWhatIsNoProperResponse) {
    EXPECT_EQ(get_from("SSH-2.0-OpenSSH_9.2\r\n"), error_kind::not_http);
    EXPECT_EQ(get_from("HTTP/1.1 2x0 OK\r\n\r\n"), error_kind::bad_status_line);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nno header\r\n\r\n"), error_kind::bad_header);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n"),
              error_kind::ambiguous_framing);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"),
              error_kind::bad_transfer_encoding);
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n"),
              error_kind::bad_chunk);
    EXPECT_EQ(get_from("HTTP/1.1 101 Switching Protocols\r\n\r\n"), error_kind::unexpected_upgrade);
}

TEST(HttpClient, DropsAConnectionWhoseBodyIsBroken) {
    simulate([]() -> task<> {
        simulated_web web;
        // After what is no chunk comes what would be the end of a body.
        web.play(
            {script({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\n0\r\n\r\n"})});
        http::client client = web.client();
        const auto ending = co_await ending_of_request(client.get(site));
        EXPECT_EQ(ending, error_kind::bad_chunk);
        EXPECT_EQ(ending.failed->url(), site);
        EXPECT_EQ(ending.failed->phase(), http::phase::receive_body);
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(HttpClient, SkipsInformationalResponsesButNotWithoutEnd) {
    EXPECT_EQ(get_from("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                       ok("ok"))
                  .body(),
              "ok");
    std::string flood;
    for (int number = 0; number < 100; ++number) flood += "HTTP/1.1 103 Early Hints\r\n\r\n";
    EXPECT_EQ(get_from(flood), error_kind::too_many_informational);
}

TEST(HttpClient, LimitsTheHeadersWhileTheyArrive) {
    EXPECT_EQ(get_from("HTTP/1.1 200 OK\r\nA: " + std::string(20'000, 'x')),
              error_kind::header_line_too_long);
    std::string many = "HTTP/1.1 200 OK\r\n";
    for (int number = 0; number < 200; ++number) many += "A: b\r\n";
    EXPECT_EQ(get_from(many), error_kind::too_many_headers);
}

TEST(HttpClient, LimitsTheBodyOfABufferedResponse) {
    const auto limited = http::options().max_body(10);
    EXPECT_EQ(get_from({script({ok(std::string(10, 'x'))})}, limited), 200);
    EXPECT_EQ(get_from({script({ok(std::string(11, 'x'))})}, limited), error_kind::body_too_large);
    const std::string chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n";
    EXPECT_EQ(get_from({script({chunked})}, limited), error_kind::body_too_large);
}

TEST(HttpClient, GivesUpWhenNothingComesForTooLong) {
    http::timeouts patience;
    patience.read = 2s;
    const auto ending =
        get_from({script({reply(ok("late"), 3s)})}, http::options().timeouts(patience));
    ASSERT_EQ(ending, error_kind::read_timeout);
    EXPECT_EQ(ending.failed->phase(), http::phase::receive_head);
    EXPECT_EQ(ending.failed->peer(), "127.0.0.1:2");
    EXPECT_GE(ending.failed->elapsed(), 2s);
    EXPECT_LT(ending.failed->elapsed(), 3s);
}

TEST(HttpClient, GivesUpWhenAllOfItTakesTooLong) {
    const auto ending = get_from({script({reply(ok("late"), 3s)})}, http::options().timeout(2s));
    ASSERT_EQ(ending, error_kind::total_timeout);
    EXPECT_EQ(ending.failed->group(), http::error_group::timeout);
}

TEST(HttpClient, GivesUpWhenConnectingTakesTooLong) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        web.slow_down(20s);
        http::client client = web.client();
        const auto ending = co_await ending_of_request(client.get(site));
        EXPECT_EQ(ending, error_kind::connect_timeout);
        EXPECT_EQ(ending.failed->phase(), http::phase::connect);
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(HttpClient, GivesUpWhenAllConnectionsStayInUse) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({reply(ok("slow"), 20s)})});
        http::client_limits limits;
        limits.per_origin = 1;
        http::timeouts patience;
        patience.pool = 5s;
        http::client client = web.client(http::client_options().limits(limits).timeouts(patience));
        const auto [slow, hasty] = co_await gather(ending_of_request(client.get(site)),
                                                   ending_of_request(client.get(site)));
        EXPECT_EQ(slow, 200);
        EXPECT_EQ(hasty, error_kind::pool_timeout);
        EXPECT_EQ(client.stats().waiting, 0u);
    }());
}

TEST(HttpClient, ReportsARefusedConnection) {
    simulate([]() -> task<> {
        simulated_web web;
        http::client client = web.client();
        const auto ending = co_await ending_of_request(client.get(site));
        EXPECT_EQ(ending, error_kind::connection_refused);
        EXPECT_EQ(ending.failed->cause(), std::error_code());
        EXPECT_EQ(client.stats().open, 0u);
    }());
}

TEST(HttpClient, ReadsAnAnswerThatComesBeforeTheRequestIsSent) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"})});
        http::client client = web.client();
        // The server reads the head and nothing of the body, so that sending it all would never
        // end.
        const auto ending = co_await ending_of_request(
            client.put(site, http::options().body(std::string(1'000'000, 'x'))));
        EXPECT_EQ(ending, 413);
        EXPECT_EQ(ending.body(), "big");
        EXPECT_EQ(client.stats().open, 0u) << "the connection is in the middle of a request";
    }());
}

TEST(HttpClient, SendsItsBodyToTheEndIfTheServerIsContentBefore) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("early")})});  // and then it reads what comes
        http::client client = web.client();
        const auto ending = co_await ending_of_request(
            client.put(site, http::options().body(std::string(1'000'000, 'x'))));
        EXPECT_EQ(ending, 200);
        EXPECT_EQ(ending.body(), "early");
        EXPECT_EQ(client.stats().idle, 1u) << "the request was not sent to its end";
    }());
}

TEST(HttpClient, FailsIfTheServerAnswers200AndDoesNotTakeTheRequest) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({ok("early")}, finally::close)});
        http::client client = web.client();
        const auto ending = co_await ending_of_request(
            client.put(site, http::options().body(std::string(1'000'000, 'x'))));
        EXPECT_EQ(ending, error_kind::connection_reset);
    }());
}

TEST(HttpClient, SendsItsBodyToTheEndWhateverInterimAnswersCome) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play(
            {script({"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n",
                     ok("all of it")})});
        http::client client = web.client();
        // Its end looks to the server like that of another head.
        const std::string body = std::string(100'000, 'x') + "\r\n\r\n";
        const auto ending =
            co_await ending_of_request(client.put(site, http::options().body(body)));
        EXPECT_EQ(ending, 200);
        EXPECT_EQ(web.requests().size(), 2u) << "the body was not sent to its end";
        EXPECT_EQ(client.stats().idle, 1u);
    }());
}

TEST(HttpClient, ReadsAnAnswerThatComesAfterAnInterimOneBeforeTheRequestIsSent) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({"HTTP/1.1 100 Continue\r\n\r\n"
                          "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig"}),
                  script({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2x0 OK\r\n\r\n"})});
        http::client client = web.client();
        const std::string body(1'000'000, 'x');
        const auto ending =
            co_await ending_of_request(client.put(site, http::options().body(body)));
        EXPECT_EQ(ending, 413);
        EXPECT_EQ(ending.body(), "big");
        EXPECT_EQ(co_await ending_of_request(client.put(site, http::options().body(body))),
                  error_kind::bad_status_line);
    }());
}

TEST(HttpClient, GivesUpWhenTheServerTakesNoBytes) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({reply("", 100s)})});
        http::client client = web.client();
        const auto ending = co_await ending_of_request(
            client.put(site, http::options().body(std::string(1'000'000, 'x'))));
        EXPECT_EQ(ending, error_kind::write_timeout);
    }());
}

TEST(HttpClient, RefusesRequestsAfterItWasClosed) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        http::client client = web.client();
        co_await client.get(site);
        co_await client.close();
        EXPECT_EQ(client.stats().open, 0u);
        EXPECT_EQ(co_await ending_of_request(client.get(site)), error_kind::closed_client);
    }());
}

TEST(HttpClient, LetsARequestEndThatOutlivesIt) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(echo);
        auto request = web.client().get(site);
        EXPECT_EQ((co_await std::move(request)).status, 200);
    }());
}

}  // namespace
