// A loop in a forked child, where processes fork.

#include <eddy/event_loop.hpp>

#include "support/latch.hpp"
#include "support/simulated_backend.hpp"

#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<> sleep_for(duration time) {
    co_await sleep(time);
}

// What is passed to EXPECT_EXIT runs in a forked child.
[[noreturn]] void run_in_child(event_loop& loop) {
    try {
        loop.run_once();
    } catch (const std::logic_error& refusal) {
        std::cerr << refusal.what() << std::endl;
        std::_Exit(1);
    }
    std::_Exit(0);
}

TEST(EventLoopDeathTest, RefusesToRunInAForkedChild) {
    event_loop loop;
    EXPECT_EXIT(run_in_child(loop), ::testing::ExitedWithCode(1), "or use a process_pool");
    loop.run_until_complete(sleep_for(0s));
}

[[noreturn]] void run_new_loop_in_child() {
    event_loop().run_until_complete(sleep_for(0s));
    std::_Exit(0);
}

TEST(EventLoopDeathTest, RunsInAForkedChildThatMadeIt) {
    event_loop loop;
    EXPECT_EXIT(run_new_loop_in_child(), ::testing::ExitedWithCode(0), "");
}

/// How far a thread has come that wakes a sleeping loop, and how far it may go.
struct waking {
    latch asleep{1};
    latch begun{1};
    latch may_end{1};
};

/// A backend whose loop is woken by something else, while who wakes it still does so.
class slow_to_wake final : public backend {
public:
    explicit slow_to_wake(waking& way) : way_(way) {}

    std::error_code attach(native_handle handle) override { return simulated_.attach(handle); }
    void detach(native_handle handle) noexcept override { simulated_.detach(handle); }
    bool submit(operation& op) noexcept override { return simulated_.submit(op); }
    void cancel(operation& op) noexcept override { simulated_.cancel(op); }
    void poll(std::optional<duration>, operation_list&) override {
        way_.asleep.count_down();
        way_.begun.wait();
    }
    void wake() noexcept override {
        way_.begun.count_down();
        way_.may_end.wait();
    }
    time_point now() const noexcept override { return simulated_.now(); }
    std::string_view name() const noexcept override { return "slow to wake"; }
    std::uint64_t system_calls() const noexcept override { return 0; }

private:
    waking& way_;
    simulated_backend simulated_{1};
};

[[noreturn]] void destroy_in_child(std::optional<event_loop>& loop) {
    loop.reset();
    std::_Exit(0);
}

TEST(EventLoopDeathTest, IsDestroyedInAForkedChildThatHasNotTheThreadThatWakesIt) {
    waking way;
    std::optional<event_loop> loop;
    loop.emplace(backend_choice{std::make_unique<slow_to_wake>(way), ""});
    loop->set_deadlock_handler({});
    std::thread waker([&] {
        way.asleep.wait();
        loop->post([] {});
    });
    loop->run_once();
    EXPECT_EXIT(destroy_in_child(loop), ::testing::ExitedWithCode(0), "");
    way.may_end.count_down();
    loop.reset();
    waker.join();
}

TEST(EventLoopDeathTest, LeavesItsTasksBehindWhenItIsDestroyedInAForkedChild) {
    std::optional<event_loop> loop;
    loop.emplace();
    loop->start(sleep_for(1h));
    loop->run_once();
    loop->start(sleep_for(1h));
    EXPECT_EXIT(destroy_in_child(loop), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace eddy::testing
