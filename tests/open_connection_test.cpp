#include <eddy/open_connection.hpp>

#include "race_to_connect.hpp"

#include "support/cancel_sweep.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"

#include <eddy/create_task.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace {

using namespace eddy;
using namespace eddy::testing;
using namespace std::chrono_literals;

// A port where nobody listens.
endpoint nobody() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    return listener.local();
}

// A listener whose backlog is full: the kernel leaves whoever else knocks without an answer.
class deaf_listener {
public:
    static task<deaf_listener> make() {
        deaf_listener made;
        for (bool answers = true; answers;) {
            auto knock = create_task(tcp_stream::connect(made.at()));
            for (int turn = 0; turn < 200 && !knock.done(); ++turn) co_await yield();
            answers = knock.done();
            if (answers)
                made.inside_.push_back(co_await std::move(knock));
            else
                knock.cancel();
        }
        co_return made;
    }

    const endpoint& at() const noexcept { return listener_.local(); }

private:
    tcp_listener listener_ = tcp_listener::bind(endpoint::loopback(), 0);
    std::vector<tcp_stream> inside_;
};

task<std::optional<std::error_code>> failure_of(std::vector<endpoint> candidates) {
    try {
        co_await connect_to_any(std::move(candidates));
    } catch (const std::system_error& failure) {
        co_return failure.code();
    }
    co_return std::nullopt;
}

TEST(ConnectToAny, TakesTheFirstThatAnswers) {
    run([]() -> task<> {
        tcp_listener one = tcp_listener::bind(endpoint::loopback());
        tcp_listener other = tcp_listener::bind(endpoint::loopback());
        std::vector<endpoint> candidates{one.local(), other.local()};
        const tcp_stream stream = co_await connect_to_any(std::move(candidates));
        EXPECT_EQ(stream.remote(), one.local());
    });
}

TEST(ConnectToAny, GoesOnAtOnceWhenOneRefuses) {
    run([]() -> task<> {
        tcp_listener listener = tcp_listener::bind(endpoint::loopback());
        std::vector<endpoint> candidates{nobody(), nobody(), listener.local()};
        const time_point start = event_loop::current()->kernel().now();
        const tcp_stream stream = co_await connect_to_any(std::move(candidates));
        EXPECT_EQ(stream.remote(), listener.local());
        EXPECT_LT(event_loop::current()->kernel().now() - start, std::chrono::milliseconds(250))
            << "a refusal needs no head start";
    });
}

TEST(ConnectToAny, TriesTheNextBesideOneThatDoesNotAnswer) {
    run([]() -> task<> {
        const deaf_listener deaf = co_await deaf_listener::make();
        tcp_listener listener = tcp_listener::bind(endpoint::loopback());
        std::vector<endpoint> candidates{deaf.at(), listener.local()};
        const tcp_stream stream = co_await connect_to_any(std::move(candidates));
        EXPECT_EQ(stream.remote(), listener.local());
    });
}

TEST(ConnectToAny, ReportsTheFirstFailureIfAllFail) {
    run([]() -> task<> {
        std::vector<endpoint> candidates{nobody(), nobody()};
        EXPECT_EQ(co_await failure_of(std::move(candidates)), std::errc::connection_refused);
    });
}

task<tcp_stream> fail_after(duration time, std::errc why) {
    co_await sleep(time);
    throw std::system_error(std::make_error_code(why));
}

TEST(ConnectToAny, ReportsTheFailureOfTheFirstEvenIfItComesLast) {
    simulate([]() -> task<> {
        std::vector<task<tcp_stream>> attempts;
        attempts.push_back(fail_after(2s, std::errc::connection_refused));
        attempts.push_back(fail_after(1s, std::errc::network_unreachable));
        try {
            co_await race_to_connect(std::move(attempts));
            ADD_FAILURE() << "nobody connects";
        } catch (const std::system_error& failure) {
            EXPECT_EQ(failure.code(), std::errc::connection_refused);
        }
    }());
}

task<tcp_stream> run_out_of_memory() {
    co_await sleep(1s);
    throw std::bad_alloc();
}

TEST(ConnectToAny, DoesNotWaitForAnAttemptThatFailedForWantOfMemory) {
    simulate([]() -> task<> {
        std::vector<task<tcp_stream>> attempts;
        attempts.push_back(run_out_of_memory());
        attempts.push_back(fail_after(2s, std::errc::network_unreachable));
        EXPECT_EQ(co_await ending_of(race_to_connect(std::move(attempts))), ending::failure);
    }());
}

TEST(ConnectToAny, EndsAllAttemptsWhenItIsCancelled) {
    run([]() -> task<> {
        const deaf_listener deaf = co_await deaf_listener::make();
        std::vector<endpoint> candidates{deaf.at(), deaf.at()};
        auto connecting = create_task(ending_of(connect_to_any(std::move(candidates))));
        co_await yield();
        connecting.cancel();
        EXPECT_EQ(co_await std::move(connecting), ending::cancelled);
    });
}

// Two doors of a simulated network, and a port beside them where nobody listens.
struct street {
    explicit street(simulated_network& network)
        : door(network.open_listener(endpoint::loopback(80))),
          other_door(network.open_listener(endpoint::loopback(81))) {}
    unique_handle door;
    unique_handle other_door;
    int connected = 0;
};

task<> connect_in(std::shared_ptr<street> in, task<tcp_stream> attempt) {
    const tcp_stream stream = co_await std::move(attempt);
    EXPECT_TRUE(stream.is_open());
    ++in->connected;
}

task<tcp_stream> connect_after(duration time, endpoint to) {
    co_await sleep(time);
    co_return co_await tcp_stream::connect(to);
}

// The first answers after the head start of the others; the second refuses, the third is fast.
task<tcp_stream> connect_beside_slow_ones() {
    std::vector<task<tcp_stream>> attempts;
    attempts.push_back(connect_after(250ms, endpoint::loopback(80)));
    attempts.push_back(connect_after(1ms, endpoint::loopback(82)));
    attempts.push_back(connect_after(1ms, endpoint::loopback(81)));
    return race_to_connect(std::move(attempts));
}

task<tcp_stream> connect_past_a_refusal() {
    std::vector<endpoint> candidates{endpoint::loopback(82), endpoint::loopback(80),
                                     endpoint::loopback(81)};
    return connect_to_any(std::move(candidates));
}

TEST(OpenConnection, LeavesNoSocketWheneverItIsCancelled) {
    sweep([](simulated_backend& kernel) {
        const auto in = std::make_shared<street>(kernel.network());
        scenario made;
        made.tasks.push_back(connect_in(in, connect_beside_slow_ones()));
        made.tasks.push_back(connect_in(in, connect_past_a_refusal()));
        made.tasks.push_back(connect_in(in, open_connection("localhost", 80)));
        made.victims = 3;
        made.check = [in] { EXPECT_LE(in->connected, 3); };
        return made;
    });
}

TEST(OpenConnection, ConnectsToAHostByName) {
    run([]() -> task<> {
        tcp_listener listener = tcp_listener::bind(endpoint::loopback());
        const tcp_stream stream = co_await open_connection("localhost", listener.local().port());
        EXPECT_EQ(stream.remote(), listener.local());
    });
}

}  // namespace
