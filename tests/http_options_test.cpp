#include <eddy/http_options.hpp>

#include "support/http_ending.hpp"
#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

// The request that a client with these settings sends.
std::string sent_with(http::client_options general, http::options special) {
    return simulate(
        [](http::client_options of_client, http::options of_request) -> task<std::string> {
            simulated_web web;
            web.play({script({ok("")})});
            http::client client = web.client(std::move(of_client));
            co_await client.post("http://a/", std::move(of_request));
            co_return web.requests().at(0);
        }(std::move(general), std::move(special)));
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

TEST(HttpOptions, AddHeadersToARequest) {
    http::headers all;
    all.add("X-One", "1");
    const auto sent =
        sent_with(http::client_options(), http::options().headers(all).header("X-Two", "2"));
    EXPECT_TRUE(contains(sent, "\r\nX-One: 1\r\nX-Two: 2\r\n")) << sent;
}

TEST(HttpOptions, GiveARequestItsBodyAndType) {
    const auto sent =
        sent_with(http::client_options(), http::options().body("{}", "application/json"));
    EXPECT_TRUE(contains(sent, "\r\nContent-Length: 2\r\n")) << sent;
    EXPECT_TRUE(contains(sent, "\r\nContent-Type: application/json\r\n")) << sent;
}

TEST(HttpOptions, OfTheClientAddHeadersToEveryRequest) {
    const auto general = http::client_options().header("User-Agent", "test").header("X-All", "1");
    const auto sent = sent_with(general, http::options().header("x-all", "2"));
    EXPECT_TRUE(contains(sent, "\r\nUser-Agent: test\r\n")) << sent;
    EXPECT_FALSE(contains(sent, "X-All: 1")) << "a request's own header comes first: " << sent;
}

TEST(HttpOptions, RefuseABadHeaderWhenItIsSet) {
    EXPECT_THROW(http::options().header("A", "b\r\nEvil: 1"), http::error);
    EXPECT_THROW(http::options().sensitive_header("a b", "c"), http::error);
    EXPECT_THROW(http::client_options().header("A", "b\n"), http::error);
}

TEST(HttpOptions, OfARequestOutweighTheTimeoutsOfTheClient) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({reply(ok(""), 5s)}), script({reply(ok(""), 5s)})});
        http::timeouts hasty;
        hasty.read = 1s;
        http::client client = web.client(http::client_options().timeouts(hasty));
        EXPECT_EQ(co_await ending_of_request(client.get("http://a/")),
                  http::error_kind::read_timeout);
        http::timeouts patient;
        patient.read = http::timeouts::forever;
        patient.total = http::timeouts::forever;
        EXPECT_EQ(
            co_await ending_of_request(client.get("http://a/", http::options().timeouts(patient))),
            200);
    }());
}

}  // namespace
