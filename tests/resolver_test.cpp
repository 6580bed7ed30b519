#include <eddy/resolver.hpp>

#include "resolver_cache.hpp"
#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

task<std::optional<std::error_code>> failure_of(std::string host) {
    try {
        co_await resolve(std::move(host), 80);
    } catch (const std::system_error& failure) {
        co_return failure.code();
    }
    co_return std::nullopt;
}

TEST(Resolver, AnswersLiteralAddressesAtOnce) {
    run([]() -> task<> {
        const std::vector<endpoint> ipv4(1, endpoint::loopback(80));
        EXPECT_EQ(co_await resolve("127.0.0.1", 80), ipv4);
        const std::vector<endpoint> ipv6(1, endpoint::loopback_v6(443));
        EXPECT_EQ(co_await resolve("::1", 443), ipv6);
    });
}

constexpr const char* names_of_this_host[] = {"localhost", "LocalHost", "localhost.",
                                              "a.b.localhost"};

TEST(Resolver, KnowsThatLocalhostIsHere) {
    run([]() -> task<> {
        const std::vector<endpoint> here{endpoint::loopback(80), endpoint::loopback_v6(80)};
        for (const char* const name : names_of_this_host) {
            EXPECT_EQ(co_await resolve(name, 80), here) << name;
        }
    });
}

TEST(Resolver, RefusesWhatNoHostCanBeCalled) {
    run([]() -> task<> {
        EXPECT_EQ(co_await failure_of(""), make_error_code(resolve_errc::bad_name));
        const std::string too_long(300, 'a');
        EXPECT_EQ(co_await failure_of(too_long), make_error_code(resolve_errc::bad_name));
        const std::string with_nul("local\0host", 10);
        EXPECT_EQ(co_await failure_of(with_nul), make_error_code(resolve_errc::bad_name));
        EXPECT_EQ(co_await failure_of("a\x1b[31m\n"), make_error_code(resolve_errc::bad_name));
    });
}

TEST(Resolver, ReportsANameThatCannotBeResolved) {
    run([]() -> task<> {
        // RFC 6761 keeps this name from ever existing. Without a name server nobody can say so.
        const auto failure = co_await failure_of("does-not-exist.invalid");
        EXPECT_TRUE(failure == resolve_errc::not_found || failure == resolve_errc::unavailable);
    });
}

int lookups = 0;

// Takes a second; names that begin with "no" do not exist.
task<endpoints> slow_lookup(std::string host) {
    ++lookups;
    co_await sleep(1s);
    if (host.starts_with("no")) throw std::system_error(resolve_errc::not_found, "resolve " + host);
    co_return endpoints(1, endpoint::loopback());
}

TEST(ResolverCache, AsksOnceForAllWhoAskAtTheSameTime) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(slow_lookup);
        const auto found = co_await gather(cache.find("a"), cache.find("a"), cache.find("b"));
        EXPECT_EQ(lookups, 2);
        EXPECT_EQ(std::get<0>(found), std::get<1>(found));
    }());
}

TEST(ResolverCache, RemembersAnAnswerForAWhile) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(slow_lookup);
        co_await cache.find("a");
        co_await sleep(29s);
        co_await cache.find("a");
        EXPECT_EQ(lookups, 1);
        co_await sleep(2s);
        co_await cache.find("a");
        EXPECT_EQ(lookups, 2);
    }());
}

task<bool> fails(task<endpoints> search) {
    try {
        co_await std::move(search);
    } catch (const std::system_error&) {
        co_return true;
    }
    co_return false;
}

TEST(ResolverCache, RemembersAFailureForAShorterWhile) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(slow_lookup);
        EXPECT_TRUE(co_await fails(cache.find("no")));
        co_await sleep(4s);
        EXPECT_TRUE(co_await fails(cache.find("no")));
        EXPECT_EQ(lookups, 1);
        co_await sleep(2s);
        EXPECT_TRUE(co_await fails(cache.find("no")));
        EXPECT_EQ(lookups, 2);
    }());
}

task<endpoints> lookup_without_descriptors(std::string) {
    ++lookups;
    throw std::system_error(std::make_error_code(std::errc::too_many_files_open), "resolve");
    co_return endpoints();
}

TEST(ResolverCache, DoesNotRememberWhatWasNoFaultOfTheName) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(lookup_without_descriptors);
        EXPECT_TRUE(co_await fails(cache.find("a")));
        EXPECT_TRUE(co_await fails(cache.find("a")));
        EXPECT_EQ(lookups, 2);
    }());
}

TEST(ResolverCache, GoesOnForTheOthersWhenTheFirstWhoAskedIsCancelled) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(slow_lookup);
        auto first = create_task(cache.find("a"));
        auto second = create_task(cache.find("a"));
        co_await sleep(500ms);
        first.cancel();
        EXPECT_EQ((co_await second).size(), 1u);
        EXPECT_TRUE(first.cancelled());
        EXPECT_EQ(lookups, 1);
    }());
}

task<> find_name(std::shared_ptr<resolver_cache> names, std::string host) {
    const counted guard(1);
    const bool exists = !host.starts_with("no");
    EXPECT_NE(co_await fails(names->find(std::move(host))), exists);
}

TEST(ResolverCache, GoesOnForTheOthersWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        lookups = 0;
        const auto names = std::make_shared<resolver_cache>(slow_lookup);
        scenario made;
        made.tasks.push_back(find_name(names, "a"));
        made.tasks.push_back(find_name(names, "a"));
        made.tasks.push_back(find_name(names, "no"));
        made.tasks.push_back(find_name(names, "no"));
        made.victims = 4;
        made.check = [] { EXPECT_LE(lookups, 2) << "one for each name"; };
        return made;
    });
}

TEST(ResolverCache, ForgetsALookupThatItsLoopDidNotFinish) {
    lookups = 0;
    resolver_cache cache(slow_lookup);
    simulate([](resolver_cache& names) -> task<> {
        create_task(names.find("a"));
        co_await sleep(500ms);
    }(cache));
    simulate([](resolver_cache& names) -> task<> {
        EXPECT_EQ((co_await names.find("a")).size(), 1u);
    }(cache));
    EXPECT_EQ(lookups, 2);
}

task<> find_within(resolver_cache& names, duration time, bool& found) {
    const auto known = co_await move_on_after(time, names.find("a"));
    found = known.has_value();
}

TEST(ResolverCache, AsksAnewWhereTheLoopThatAskedStandsStill) {
    lookups = 0;
    resolver_cache cache(slow_lookup);
    event_loop still(simulated());
    event_loop other(simulated());
    bool found = true;
    still.run_until_complete(find_within(cache, 500ms, found));
    EXPECT_FALSE(found);
    other.run_until_complete(find_within(cache, 2s, found));
    EXPECT_TRUE(found);
    still.run_until_complete(find_within(cache, 2s, found));
    EXPECT_TRUE(found);
    EXPECT_EQ(lookups, 2);
}

int under_way = 0;
int most_under_way = 0;

struct under_way_while_it_lives {
    under_way_while_it_lives() { most_under_way = std::max(most_under_way, ++under_way); }
    ~under_way_while_it_lives() { --under_way; }
};

// The same, and a name that begins with "dead" takes 20 seconds.
task<endpoints> counted_lookup(std::string host) {
    const under_way_while_it_lives guard;
    if (host.starts_with("dead")) co_await sleep(19s);
    co_return co_await slow_lookup(std::move(host));
}

// Asks for so many names, each of them begins with `name`, and does not wait.
std::vector<task_handle<endpoints>> ask_for(resolver_cache& cache, std::string name, int count) {
    std::vector<task_handle<endpoints>> asking;
    for (int number = 0; number < count; ++number) {
        asking.push_back(create_task(cache.find(name + std::to_string(number))));
    }
    return asking;
}

constexpr int limit = resolver_cache::most_at_once;

TEST(ResolverCache, HasOnlySoManyLookupsUnderWayAtOnce) {
    simulate([]() -> task<> {
        lookups = most_under_way = 0;
        resolver_cache cache(counted_lookup);
        auto some = ask_for(cache, "a", 2 * limit);
        auto others = ask_for(cache, "no", limit);
        for (auto& each : some) EXPECT_EQ((co_await each).size(), 1u);
        for (auto& each : others) EXPECT_THROW(co_await each, std::system_error);
        EXPECT_EQ(most_under_way, limit);
        EXPECT_EQ(lookups, 3 * limit);
        EXPECT_EQ(under_way, 0);
    }());
}

TEST(ResolverCache, DropsALookupThatIsGivenUpBeforeItsTurn) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(counted_lookup);
        const time_point start = simulation().now();
        auto dead = ask_for(cache, "dead", limit);
        auto given_up = ask_for(cache, "a", 3 * limit);
        co_await sleep(1s);
        for (auto& each : given_up) each.cancel();
        auto live = create_task(cache.find("live"));
        co_await sleep(1s);
        EXPECT_EQ(cache.size(), limit + 1u) << "what was given up is forgotten at once";
        EXPECT_EQ((co_await live).size(), 1u);
        EXPECT_EQ(elapsed_since(start), 21s) << "its turn comes when the first of the dead ends";
        for (auto& each : dead) co_await each;
        EXPECT_EQ(lookups, limit + 1);
    }());
}

TEST(ResolverCache, StartsNoLookupThatIsGivenUpAtOnce) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(counted_lookup);
        create_task(cache.find("a")).cancel();
        auto given_up = create_task(cache.find("b"));
        given_up.cancel();
        co_await sleep(1s);
        EXPECT_EQ(lookups, 0);
        EXPECT_EQ((co_await cache.find("b")).size(), 1u);
    }());
}

TEST(ResolverCache, KeepsALookupInLineForWhoJoinedLater) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(counted_lookup, 1);
        auto dead = create_task(cache.find("dead"));
        auto first = create_task(cache.find("a"));
        co_await sleep(1s);
        auto second = create_task(cache.find("a"));
        co_await sleep(1s);
        first.cancel();
        EXPECT_EQ((co_await second).size(), 1u);
        EXPECT_EQ(lookups, 2);
    }());
}

TEST(ResolverCache, AsksAnewForANameThatWasGivenUpInLine) {
    simulate([]() -> task<> {
        lookups = 0;
        resolver_cache cache(counted_lookup, 1);
        auto dead = create_task(cache.find("dead"));
        co_await sleep(1s);
        EXPECT_FALSE((co_await move_on_after(1s, cache.find("a"))).has_value());
        EXPECT_EQ((co_await cache.find("a")).size(), 1u);
        EXPECT_EQ(lookups, 2);
    }());
}

TEST(ResolverCache, LosesNoTurnWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        most_under_way = 0;
        const auto names = std::make_shared<resolver_cache>(counted_lookup, 1);
        scenario made;
        for (const char* const host : {"a", "b", "b", "no", "c"}) {
            made.tasks.push_back(find_name(names, host));
        }
        made.victims = 4;
        made.check = [] { EXPECT_LE(most_under_way, 1); };
        return made;
    });
}

TEST(ResolverCache, ForgetsLookupsThatStandInLineWhenTheirLoopEnds) {
    lookups = 0;
    resolver_cache cache(counted_lookup);
    simulate([](resolver_cache& names) -> task<> {
        ask_for(names, "a", 2 * limit);
        co_await sleep(500ms);
    }(cache));
    EXPECT_EQ(lookups, limit);
    EXPECT_EQ(cache.size(), 0u);
    simulate([](resolver_cache& names) -> task<> {
        for (auto& each : ask_for(names, "a", 2 * limit)) EXPECT_EQ((co_await each).size(), 1u);
    }(cache));
    EXPECT_EQ(lookups, 3 * limit);
}

task<> ask_and_leave(resolver_cache& names) {
    ask_for(names, "dead", 2 * limit);
    co_await sleep(500ms);
}

TEST(ResolverCache, LetsNoLoopStandInTheLineOfAnotherOne) {
    resolver_cache cache(counted_lookup);
    event_loop still(simulated());
    event_loop other(simulated());
    bool found = false;
    still.run_until_complete(ask_and_leave(cache));
    other.run_until_complete(find_within(cache, 2s, found));
    EXPECT_TRUE(found) << "a loop that stands still holds up only its own";
    found = false;
    still.run_until_complete(find_within(cache, 2s, found));
    EXPECT_TRUE(found) << "what another loop has found is known";
}

TEST(ResolverCache, DoesNotGrowForever) {
    simulate([]() -> task<> {
        resolver_cache cache(slow_lookup);
        for (int number = 0; number < 1500; ++number) co_await cache.find(std::to_string(number));
        EXPECT_LE(cache.size(), 1000u);
    }());
}

}  // namespace
