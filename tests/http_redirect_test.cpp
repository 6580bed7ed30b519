#include "http_redirect.hpp"

#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include "support/http_ending.hpp"

#include <eddy/http_error.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using http::error_kind;
using http::method;

http::request_plan plan_for(method verb, std::string_view where) {
    const http::client_core core{http::client_options()};
    http::options settings;
    settings.header("Accept", "*/*")
        .header("Authorization", "secret")
        .header("authorization", "another");
    settings.header("Cookie", "a=1").sensitive_header("X-Api-Key", "key");
    settings.body("text", "text/plain");
    return core.plan(verb, url(where), std::move(settings));
}

http::message_head moved(int status, std::initializer_list<std::string_view> locations) {
    http::message_head head(http::message_kind::response);
    head.status = status;
    for (const auto location : locations) head.headers.add("Location", location);
    return head;
}

// Follows one redirect and tells "METHOD url", or the kind of error.
std::string follow(method verb, std::string_view from, int status,
                   std::initializer_list<std::string_view> locations) {
    http::request_plan plan = plan_for(verb, from);
    try {
        http::follow_redirect(plan, moved(status, locations), 10);
    } catch (const http::error& refused) {
        return std::string(to_string(refused.kind()));
    }
    return std::string(to_string(plan.verb)) + ' ' + std::string(plan.where.href());
}

TEST(Redirect, IsOneOfFiveStatusesWithALocation) {
    for (const int status : {301, 302, 303, 307, 308})
        EXPECT_TRUE(http::is_redirect(moved(status, {"/"})));
    for (const int status : {200, 300, 304, 305, 306, 404})
        EXPECT_FALSE(http::is_redirect(moved(status, {"/"})));
    EXPECT_FALSE(http::is_redirect(moved(302, {})));
}

TEST(Redirect, ChangesTheMethodAsTheStatusSays) {
    EXPECT_EQ(follow(method::post, "http://a/", 301, {"/b"}), "GET http://a/b");
    EXPECT_EQ(follow(method::post, "http://a/", 302, {"/b"}), "GET http://a/b");
    EXPECT_EQ(follow(method::put, "http://a/", 302, {"/b"}), "PUT http://a/b");
    EXPECT_EQ(follow(method::put, "http://a/", 303, {"/b"}), "GET http://a/b");
    EXPECT_EQ(follow(method::head, "http://a/", 303, {"/b"}), "HEAD http://a/b");
    EXPECT_EQ(follow(method::post, "http://a/", 307, {"/b"}), "POST http://a/b");
    EXPECT_EQ(follow(method::post, "http://a/", 308, {"/b"}), "POST http://a/b");
}

TEST(Redirect, ThatChangesTheMethodDropsTheBody) {
    http::request_plan plan = plan_for(method::post, "http://a/");
    http::follow_redirect(plan, moved(303, {"/b"}), 10);
    EXPECT_EQ(plan.body, "");
    EXPECT_FALSE(plan.headers.contains("Content-Type"));
    plan = plan_for(method::post, "http://a/");
    http::follow_redirect(plan, moved(307, {"/b"}), 10);
    EXPECT_EQ(plan.body, "text");
    EXPECT_TRUE(plan.headers.contains("Content-Type"));
}

TEST(Redirect, ToSeeAnotherPageDropsTheBodyOfAGetToo) {
    http::request_plan plan = plan_for(method::get, "http://a/");
    http::follow_redirect(plan, moved(303, {"/b"}), 10);
    EXPECT_EQ(plan.body, "");
    EXPECT_FALSE(plan.headers.contains("Content-Type"));
    plan = plan_for(method::get, "http://a/");
    http::follow_redirect(plan, moved(302, {"/b"}), 10);
    EXPECT_EQ(plan.body, "text");
}

TEST(Redirect, KeepsTheBytesOfALocationThatIsNotUtf8) {
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/caf\xe9?\xfc"}), "GET http://a/caf%E9?%FC");
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/caf\xc3\xa9"}), "GET http://a/caf%C3%A9");
}

TEST(Redirect, TellsNoPasswordWhenItRefusesALocation) {
    for (const auto location : {"ftp://user:secret@b/", "http://user:secret@b:99999/"}) {
        http::request_plan plan = plan_for(method::get, "http://a/");
        try {
            http::follow_redirect(plan, moved(302, {location}), 10);
            ADD_FAILURE() << "followed " << location;
        } catch (const http::error& refused) {
            EXPECT_EQ(std::string(refused.what()).find("secret"), std::string::npos)
                << refused.what();
        }
    }
}

TEST(Redirect, IsRelativeToWhereItCameFrom) {
    EXPECT_EQ(follow(method::get, "http://a/x/y?z", 302, {"w"}), "GET http://a/x/w");
    EXPECT_EQ(follow(method::get, "http://a/x", 302, {"//b/c"}), "GET http://b/c");
    EXPECT_EQ(follow(method::get, "http://a/x", 302, {"https://a/x"}), "GET https://a/x");
}

TEST(Redirect, ToTheSameOriginKeepsTheSecrets) {
    http::request_plan plan = plan_for(method::get, "http://a/");
    http::follow_redirect(plan, moved(302, {"/b"}), 10);
    EXPECT_EQ(plan.headers.count("Authorization"), 2u);
    EXPECT_TRUE(plan.headers.contains("X-Api-Key"));
}

TEST(Redirect, ToAnotherOriginLosesEverySecret) {
    for (const auto elsewhere : {"http://b/", "http://a:8080/", "https://a/", "http://www.a/"}) {
        http::request_plan plan = plan_for(method::get, "http://a/");
        http::follow_redirect(plan, moved(302, {elsewhere}), 10);
        for (const auto name : {"Authorization", "Cookie", "X-Api-Key"}) {
            EXPECT_FALSE(plan.headers.contains(name)) << name << " was sent to " << elsewhere;
        }
        EXPECT_TRUE(plan.headers.contains("Accept"));
    }
}

TEST(Redirect, TakesNoUserFromTheLocation) {
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"http://user:secret@b/"}), "GET http://b/");
}

TEST(Redirect, RefusesALocationThatIsNone) {
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"http://"}), "bad_location");
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"http://[::1"}), "bad_location");
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/" + std::string(10'000, 'x')}),
              "bad_location");
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/b", "/c"}), "bad_location");
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/b", "/b"}), "GET http://a/b");
}

TEST(Redirect, RefusesOtherSchemesAndTheWayBackToHttp) {
    for (const auto location :
         {"ftp://a/", "file:///etc/passwd", "javascript:alert(1)", "gopher://a/"}) {
        EXPECT_EQ(follow(method::get, "http://a/", 302, {location}), "redirect_scheme") << location;
    }
    EXPECT_EQ(follow(method::get, "https://a/", 302, {"http://a/"}), "redirect_downgrade");
}

TEST(Redirect, RefusesLoops) {
    EXPECT_EQ(follow(method::get, "http://a/", 302, {"/"}), "redirect_loop");
    EXPECT_EQ(follow(method::post, "http://a/", 303, {"/"}), "GET http://a/")
        << "this is how forms work";
}

TEST(Redirect, IsFollowedByTheClient) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request asked) -> task<http::response> {
            if (asked.target == "/end") co_return http::response(200, "the end");
            http::response answer(302);
            answer.headers.add("Location", asked.target == "/1" ? "/2" : "/end");
            co_return answer;
        });
        http::client client = web.client();
        const auto answered = co_await client.get("http://a/1");
        EXPECT_EQ(answered.body, "the end");
        EXPECT_EQ(answered.url, "http://a/end");
        EXPECT_EQ(answered.history, (std::vector<std::string>{"http://a/1", "http://a/2"}));
        EXPECT_EQ(web.connections(), 1u);
        const auto alone =
            co_await client.get("http://a/1", http::options().follow_redirects(false));
        EXPECT_EQ(alone.status, 302);
    }());
}

TEST(Redirect, ToAnotherOriginLosesTheSecretsOfTheClientForGood) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play(
            {script({"HTTP/1.1 302 Found\r\nLocation: /same\r\nContent-Length: 0\r\n\r\n",
                     "HTTP/1.1 302 Found\r\nLocation: http://b/\r\nContent-Length: 0\r\n\r\n"}),
             script({"HTTP/1.1 302 Found\r\nLocation: /c\r\nContent-Length: 0\r\n\r\n",
                     ok("the end")})});
        http::client client = web.client(http::client_options()
                                             .header("Authorization", "general")
                                             .header("Cookie", "a=1")
                                             .header("X-Plain", "1"));
        co_await client.get("http://a/", http::options().header("Authorization", "special"));
        EXPECT_EQ(web.requests().size(), 4u);
        for (std::size_t hop = 0; hop < web.requests().size(); ++hop) {
            const std::string& sent = web.requests()[hop];
            const bool at_home = hop < 2;
            EXPECT_EQ(sent.find("Cookie") != sent.npos, at_home) << sent;
            EXPECT_EQ(sent.find("Authorization: special") != sent.npos, at_home) << sent;
            EXPECT_EQ(sent.find("general"), sent.npos) << sent;
            EXPECT_NE(sent.find("X-Plain"), sent.npos) << sent;
        }
        EXPECT_EQ(client.stats().created, 2u);
    }());
}

TEST(Redirect, ToAnotherHostIsSentWithThatHost) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request asked) -> task<http::response> {
            if (asked.host != "a") co_return http::response(200, asked.host);
            http::response elsewhere(302);
            elsewhere.headers.add("Location", "http://b:8080/");
            co_return elsewhere;
        });
        http::client client = web.client();
        const auto by_request = co_await ending_of_request(
            client.get("http://a/", http::options().header("Host", "a")));
        EXPECT_EQ(by_request, 200);
        http::client always = web.client(http::client_options().header("Host", "a"));
        const auto by_all = co_await ending_of_request(always.get("http://a/"));
        EXPECT_EQ(by_all, 200);
        EXPECT_EQ(by_all.body(), "b:8080");
    }());
}

TEST(Redirect, EndsAtTheLimit) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve([](http::request asked) -> task<http::response> {
            http::response answer(302);
            answer.headers.add("Location", asked.target + "x");
            co_return answer;
        });
        http::client client = web.client();
        const auto ending = co_await ending_of_request(client.get("http://a/"));
        EXPECT_EQ(ending, error_kind::too_many_redirects);
        EXPECT_EQ(ending.failed->phase(), http::phase::receive_body);
        EXPECT_EQ(web.server().stats.requests, 11u);
    }());
}

}  // namespace
