// A loop in a forked child, where processes fork.

#include <eddy/event_loop.hpp>

#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

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

}  // namespace
}  // namespace eddy::testing
