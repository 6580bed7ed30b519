// What is left of a client when its requests are cancelled: nothing that another one would miss.
#include "support/cancel_sweep.hpp"
#include "support/http_ending.hpp"
#include "support/simulate.hpp"
#include "support/simulated_web.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_client.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

task<http::response> answer(http::request asked) {
    if (asked.target == "/moved") {
        http::response moved(302);
        moved.headers.add("Location", "/large");
        co_return moved;
    }
    co_await sleep(1ms);
    co_return http::response(200, std::string(asked.target == "/large" ? 10'000 : 10, 'x'));
}

// What the tasks of a run share. Each holds a copy, so the last one knows when it is alone.
struct shared_things {
    simulated_web web;
    std::shared_ptr<http::client_core> core;
};

using things = std::shared_ptr<shared_things>;

task<> get(things all, std::string target) {
    http::client client(all->core);
    const auto answered = co_await client.get("http://example.com" + target);
    EXPECT_EQ(answered.status, 200);
}

task<> read_some(things all) {
    http::client client(all->core);
    auto stream = co_await client.stream(http::method::get, "http://example.com/large");
    co_await stream.next();
    co_await stream.next();
}

task<> post(things all) {
    http::client client(all->core);
    const std::string body(10'000, 'y');
    co_await client.post("http://example.com/", http::options().body(body));
}

// Waits for the others, closes the client, and sees to it that every connection ends.
task<> clean_up(things all) {
    while (all.use_count() > 1) co_await sleep(1ms);
    EXPECT_EQ(all->core->connections().stats().waiting, 0u);
    EXPECT_EQ(all->core->connections().stats().open, all->core->connections().stats().idle)
        << "a request that ended still holds a connection";
    http::client client(all->core);
    co_await client.close();
    while (all->web.server().stats.open > 0) co_await sleep(1ms);
}

scenario requests_for_one_connection() {
    auto all = std::make_shared<shared_things>();
    all->web.serve(answer);
    http::client_limits limits;
    limits.per_origin = 1;
    all->core = all->web.core(http::client_options().limits(limits));

    scenario made;
    made.tasks.push_back(get(all, "/moved"));
    made.tasks.push_back(read_some(all));
    made.tasks.push_back(post(all));
    made.victims = made.tasks.size();
    made.tasks.push_back(get(all, "/last"));
    made.tasks.push_back(shield(clean_up(std::move(all))));
    made.check = [] {};
    return made;
}

TEST(HttpClient, LosesNeitherConnectionsNorOtherRequestsWhereverItIsCancelled) {
    sweep([](simulated_backend&) { return requests_for_one_connection(); });
}

TEST(HttpClient, LeavesTheLineOfWaitersWhenItIsCancelled) {
    simulate([]() -> task<> {
        simulated_web web;
        web.serve(answer);
        http::client_limits limits;
        limits.per_origin = 1;
        http::client client = web.client(http::client_options().limits(limits));
        auto first = create_task(client.get("http://example.com/"));
        auto second = create_task(client.get("http://example.com/"));
        auto third = create_task(client.get("http://example.com/"));
        while (client.stats().waiting < 2) co_await yield();
        second.cancel();
        co_await yield();
        EXPECT_EQ(client.stats().waiting, 1u);
        EXPECT_EQ((co_await first).status, 200);
        EXPECT_EQ((co_await third).status, 200);
        EXPECT_TRUE(second.cancelled());
        EXPECT_EQ(client.stats().open, 1u);
    }());
}

}  // namespace
