#include "http_pool.hpp"

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_error.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

constexpr duration forever = http::timeouts::forever;
constexpr duration minute = 1min;

http::client_limits limited(std::size_t connections, std::size_t per_origin) {
    http::client_limits limits;
    limits.connections = connections;
    limits.per_origin = per_origin;
    return limits;
}

// A connection whose other end is in the list.
std::shared_ptr<http::connection> open(std::vector<unique_handle>& ends, std::string name) {
    auto [ours, theirs] = simulation().network().open_pair();
    ends.push_back(std::move(theirs));
    return http::connection::start(
        any_stream(tcp_stream::adopt(std::move(ours), endpoint::loopback())), std::move(name));
}

// Takes a lease, writes its name down, and holds it until it is let go.
task<> hold(http::pool& pool, std::string origin, std::string name, std::vector<std::string>& order,
            event& go) {
    http::lease held = co_await pool.acquire(origin, forever);
    order.push_back(std::move(name));
    co_await go.wait();
}

task<> time_out(http::pool& pool, std::string origin, duration limit) {
    try {
        co_await pool.acquire(origin, limit);
        ADD_FAILURE() << "it was served";
    } catch (const http::error& thrown) {
        EXPECT_EQ(thrown.kind(), http::error_kind::pool_timeout);
    }
}

TEST(HttpPool, LendsTheConnectionThatWasUsedLast) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 10));
        std::vector<unique_handle> ends;
        http::lease one = co_await pool.acquire("a", forever);
        http::lease two = co_await pool.acquire("a", forever);
        one.attach(open(ends, "one"));
        two.attach(open(ends, "two"));
        one.give_back(minute);
        two.give_back(minute);
        const http::lease again = co_await pool.acquire("a", forever);
        EXPECT_EQ(again.get()->peer(), "two");
        const http::lease other = co_await pool.acquire("a", forever);
        EXPECT_EQ(other.get()->peer(), "one");
    }());
}

TEST(HttpPool, KeepsOriginsApart) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 10));
        std::vector<unique_handle> ends;
        http::lease one = co_await pool.acquire("a", forever);
        one.attach(open(ends, "one"));
        one.give_back(minute);
        const http::lease other = co_await pool.acquire("b", forever);
        EXPECT_EQ(other.get(), nullptr);
    }());
}

TEST(HttpPool, ServesThoseWhoWaitInTheOrderInWhichTheyCame) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        std::vector<std::string> order;
        event go;
        std::vector<task_handle<void>> holders;
        for (const std::string name : {"1", "2", "3", "4"}) {
            holders.push_back(create_task(hold(pool, "a", name, order, go)));
        }
        while (pool.stats().waiting < 3) co_await yield();
        go.set();
        for (auto& each : holders) co_await each;
        EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3", "4"}));
        EXPECT_EQ(pool.stats().open, 0u);
    }());
}

TEST(HttpPool, LetsNobodyOvertakeThoseWhoWait) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        std::vector<std::string> order;
        event go;
        std::optional<http::lease> held = co_await pool.acquire("a", forever);
        auto waiting = create_task(hold(pool, "a", "first", order, go));
        while (pool.stats().waiting < 1) co_await yield();
        held.reset();
        auto hasty = create_task(hold(pool, "a", "second", order, go));
        go.set();
        co_await hasty;
        co_await waiting;
        EXPECT_EQ(order, (std::vector<std::string>{"first", "second"}));
    }());
}

TEST(HttpPool, AtItsTotalLimitServesTheOneWhoWaitsLongestOfAnyOrigin) {
    simulate([]() -> task<> {
        http::pool pool(limited(1, 1));
        std::vector<std::string> order;
        event go;
        go.set();
        std::optional<http::lease> held = co_await pool.acquire("a", forever);
        std::vector<task_handle<void>> holders;
        for (const std::string name : {"b", "a", "c", "b"}) {
            holders.push_back(create_task(hold(pool, name, name, order, go)));
        }
        while (pool.stats().waiting < 4) co_await yield();
        held.reset();
        for (auto& each : holders) co_await each;
        EXPECT_EQ(order, (std::vector<std::string>{"b", "a", "c", "b"}));
    }());
}

TEST(HttpPool, PassesOverAnOriginThatIsAtItsOwnLimit) {
    simulate([]() -> task<> {
        http::pool pool(limited(2, 1));
        std::vector<std::string> order;
        event go;
        go.set();
        std::optional<http::lease> of_a = co_await pool.acquire("a", forever);
        std::optional<http::lease> of_b = co_await pool.acquire("b", forever);
        auto first = create_task(hold(pool, "a", "a", order, go));
        auto second = create_task(hold(pool, "c", "c", order, go));
        while (pool.stats().waiting < 2) co_await yield();
        of_b.reset();
        co_await second;
        EXPECT_FALSE(first.done());
        of_a.reset();
        co_await first;
        EXPECT_EQ(order, (std::vector<std::string>{"c", "a"}));
    }());
}

TEST(HttpPool, KeepsNoTurnForThoseWhoLeaveTheLine) {
    simulate([]() -> task<> {
        http::pool pool(limited(1, 1));
        std::vector<std::string> order;
        event go;
        go.set();
        std::optional<http::lease> held = co_await pool.acquire("a", forever);
        auto leaves = create_task(hold(pool, "b", "cancelled", order, go));
        auto times_out = create_task(time_out(pool, "c", 1s));
        auto first = create_task(hold(pool, "d", "d", order, go));
        auto second = create_task(hold(pool, "b", "b", order, go));
        auto third = create_task(hold(pool, "c", "c", order, go));
        while (pool.stats().waiting < 5) co_await yield();
        leaves.cancel();
        co_await times_out;
        EXPECT_EQ(pool.stats().waiting, 3u);
        held.reset();
        co_await first;
        co_await second;
        co_await third;
        EXPECT_EQ(order, (std::vector<std::string>{"d", "b", "c"}));
    }());
}

TEST(HttpPool, GivesUpAConnectionThatSomebodyWaitsForToTheOneWhoWaitsLonger) {
    simulate([]() -> task<> {
        http::pool pool(limited(1, 1));
        std::vector<unique_handle> ends;
        std::vector<std::string> order;
        event go;
        http::lease held = co_await pool.acquire("a", forever);
        held.attach(open(ends, "one"));
        auto longer = create_task(hold(pool, "b", "b", order, go));
        auto shorter = create_task(hold(pool, "a", "a", order, go));
        while (pool.stats().waiting < 2) co_await yield();
        held.give_back(minute);
        co_await sleep(1s);
        EXPECT_EQ(order, std::vector<std::string>{"b"});
        EXPECT_EQ(pool.stats().open, 1u);
        go.set();
        co_await longer;
        co_await shorter;
        EXPECT_EQ(pool.stats().reused, 0u);
    }());
}

TEST(HttpPool, GivesUpTheOldestIdleConnectionForAnotherOrigin) {
    simulate([]() -> task<> {
        http::pool pool(limited(2, 2));
        std::vector<unique_handle> ends;
        for (const std::string origin : {"a", "b"}) {
            http::lease held = co_await pool.acquire(origin, forever);
            held.attach(open(ends, origin));
            held.give_back(minute);
        }
        const http::lease third = co_await pool.acquire("c", forever);
        EXPECT_EQ(pool.stats().open, 2u);
        EXPECT_EQ(pool.stats().idle, 1u);
        const http::lease warm = co_await pool.acquire("b", forever);
        EXPECT_NE(warm.get(), nullptr) << "b was idle for less time than a";
    }());
}

TEST(HttpPool, GoesOnToTheNextWhenAConnectionBreaks) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        std::vector<unique_handle> ends;
        http::lease held = co_await pool.acquire("a", forever);
        held.attach(open(ends, "one"));
        std::vector<std::string> order;
        event go;
        go.set();
        auto waiting = create_task(hold(pool, "a", "next", order, go));
        while (pool.stats().waiting < 1) co_await yield();
        held.begin_exchange();
        held = http::lease();
        co_await waiting;
        EXPECT_EQ(order.size(), 1u);
    }());
}

TEST(HttpPool, TakesBackAConnectionThatWasLentForNothing) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        std::vector<unique_handle> ends;
        http::lease held = co_await pool.acquire("a", forever);
        held.attach(open(ends, "one"));
        held.give_back(minute);
        {
            const http::lease untouched = co_await pool.acquire("a", forever);
        }
        EXPECT_EQ(pool.stats().idle, 1u);
        const http::lease again = co_await pool.acquire("a", forever);
        EXPECT_EQ(again.get()->peer(), "one");
    }());
}

TEST(HttpPool, ForgetsAConnectionWhosePeerHungUp) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        std::vector<unique_handle> ends;
        http::lease held = co_await pool.acquire("a", forever);
        held.attach(open(ends, "one"));
        held.give_back(minute);
        co_await sleep(1ms);
        ends.clear();
        simulation().network().notice_closed(simulation().now());
        co_await sleep(10ms);
        EXPECT_EQ(pool.stats().open, 0u);
    }());
}

TEST(HttpPool, RefusesThoseWhoWaitWhenItIsClosed) {
    simulate([]() -> task<> {
        http::pool pool(limited(10, 1));
        http::lease held = co_await pool.acquire("a", forever);
        std::vector<std::string> order;
        event go;
        auto waiting = create_task(hold(pool, "a", "never", order, go));
        while (pool.stats().waiting < 1) co_await yield();
        pool.close();
        EXPECT_FALSE(pool.drained().is_set());
        bool refused = false;
        try {
            co_await waiting;
        } catch (const http::error& thrown) {
            refused = thrown.kind() == http::error_kind::closed_client;
        }
        EXPECT_TRUE(refused);
        held = http::lease();
        EXPECT_TRUE(pool.drained().is_set());
    }());
}

}  // namespace
