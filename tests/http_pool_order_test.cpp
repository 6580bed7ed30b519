// The order in which a pool serves those who wait, seen from outside.

#include "http_pool.hpp"

#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

http::client_limits limited(std::size_t connections, std::size_t per_origin) {
    http::client_limits limits;
    limits.connections = connections;
    limits.per_origin = per_origin;
    return limits;
}

// People who come to a pool at random, wait, hold a lease and leave, and the rule that they check.
class crowd {
public:
    explicit crowd(unsigned seed) : random_(seed) {}

    task<> run(int steps) {
        for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
            const std::size_t served_before = served_.size();
            do_something();
            co_await sleep(1ms);
            check_whom_was_served(served_before);
            check_who_waits();
        }
        for (person& each : people_) each.task->cancel();
        co_await sleep(1ms);
    }

private:
    static constexpr std::size_t in_all = 5;
    static constexpr int per_origin = 2;
    static constexpr unsigned origins = 6;

    enum class state { waits, holds, gone };
    struct person {
        unsigned origin = 0;
        state now = state::waits;
        bool gives_back = false;
        event leaves;
        std::optional<task_handle<void>> task;
    };

    task<> visit(person& who) {
        try {
            http::lease held =
                co_await pool_.acquire(std::to_string(who.origin), http::timeouts::forever);
            who.now = state::holds;
            served_.push_back(&who);
            co_await who.leaves.wait();
            if (!held.get()) held.attach(open_connection());
            held.begin_exchange();
            if (who.gives_back) held.give_back(1min);
        } catch (const cancelled&) {
            who.now = state::gone;
            throw;
        }
        who.now = state::gone;
    }

    std::shared_ptr<http::connection> open_connection() {
        auto [ours, theirs] = simulation().network().open_pair();
        ends_.push_back(std::move(theirs));
        return http::connection::start(
            any_stream(tcp_stream::adopt(std::move(ours), endpoint::loopback())), "peer");
    }

    void do_something() {
        const auto what = random_() % 8;
        if (what < 4) return arrive();
        std::vector<person*> some;
        for (person& each : people_) {
            if (each.now == (what == 4 ? state::waits : state::holds)) some.push_back(&each);
        }
        if (some.empty()) return;
        person& one = *some[random_() % some.size()];
        one.gives_back = random_() % 2 == 0;
        if (what == 4) {
            one.task->cancel();
        } else {
            one.leaves.set();
        }
    }

    void arrive() {
        person& one = people_.emplace_back();
        one.origin = static_cast<unsigned>(random_()) % origins;
        one.task = create_task(visit(one));
    }

    auto held_at(unsigned origin) const {
        return std::ranges::count_if(people_, [origin](const person& each) {
            return each.origin == origin && each.now == state::holds;
        });
    }

    // Nobody was served while another one waited for longer whose origin was not at its limit.
    void check_whom_was_served(std::size_t since) {
        while (since < served_.size()) {
            const std::span<person* const> now_or_later = std::span(served_).subspan(since++);
            for (const person& each : people_) {
                if (&each == now_or_later.front()) break;
                const bool waited = each.now == state::waits ||
                                    std::ranges::find(now_or_later, &each) != now_or_later.end();
                if (!waited) continue;
                EXPECT_EQ(held_at(each.origin), per_origin) << "one who came sooner was overtaken";
            }
        }
    }

    void check_who_waits() {
        const http::client_stats now = pool_.stats();
        for (const person& each : people_) {
            if (each.now != state::waits || held_at(each.origin) == per_origin) continue;
            EXPECT_EQ(now.open, in_all) << "somebody waits for nothing";
            EXPECT_EQ(now.idle, 0u) << "somebody waits for nothing";
        }
    }

    std::minstd_rand random_;
    http::pool pool_{limited(in_all, per_origin)};
    std::vector<unique_handle> ends_;
    std::deque<person> people_;  // in the order in which they came
    std::vector<person*> served_;
};

TEST(HttpPool, LetsNobodyBeOvertakenWhomItCouldServe) {
    for (unsigned seed = 1; seed <= 20; ++seed) {
        const ::testing::ScopedTrace trace(__FILE__, __LINE__, "seed " + std::to_string(seed));
        simulate([](unsigned number) -> task<> {
            crowd people(number);
            co_await people.run(300);
        }(seed));
    }
}

}  // namespace
