#include <eddy/http_client_stats.hpp>

#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

TEST(ClientStats, TellWhatTheConnectionsDo) {
    simulate([]() -> task<> {
        simulated_web web;
        web.play({script({reply(ok(""), 1s), reply(ok(""), 1s)})});
        http::client_limits limits;
        limits.per_origin = 1;
        http::client client = web.client(http::client_options().limits(limits));
        EXPECT_EQ(client.stats(), http::client_stats());

        auto first = create_task(client.get("http://a/"));
        auto second = create_task(client.get("http://a/"));
        co_await sleep(500ms);
        EXPECT_EQ(
            client.stats(),
            (http::client_stats{.open = 1, .idle = 0, .waiting = 1, .created = 1, .reused = 0}));
        co_await first;
        co_await second;
        EXPECT_EQ(
            client.stats(),
            (http::client_stats{.open = 1, .idle = 1, .waiting = 0, .created = 1, .reused = 1}));
    }());
}

}  // namespace
