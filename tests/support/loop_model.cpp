#include "loop_model.hpp"

#include "simulate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace eddy::testing {

void loop_model::run_turn() {
    in_turn_ = true;
    const std::uint64_t resumed = loop_.stats().resumptions;
    const bool had_ready = std::ranges::any_of(
        loop_.tasks(), [](const task_info& each) { return each.state == task_state::ready; });
    loop_.run_once();
    in_turn_ = false;
    if (had_ready) {
        EXPECT_GT(loop_.stats().resumptions, resumed) << "a ready task was forgotten";
    }
    check_tasks();
}

void loop_model::note_step() {
    ++steps_;
    EXPECT_TRUE(in_turn_) << "a task ran outside of a turn";
    EXPECT_EQ(event_loop::current(), &loop_);
    EXPECT_EQ(event_loop::running_task().state, task_state::running);
}

void loop_model::check_steps(std::uint64_t before) const {
    EXPECT_EQ(steps_, before) << "a task ran inside of a call that only makes tasks ready";
    EXPECT_EQ(event_loop::running_task().state, task_state::running);
}

void loop_model::check_tasks() const {
    EXPECT_FALSE(event_loop::is_in_task());
    EXPECT_EQ(event_loop::current(), nullptr);
    std::set<std::uint64_t> seen;
    for (const task_info& each : loop_.tasks()) {
        EXPECT_TRUE(seen.insert(each.id).second) << each.name << " stands in two places";
        switch (each.state) {
            case task_state::ready: break;
            case task_state::waiting:
                EXPECT_NE(each.waits_for, "") << each.name << " is parked on nothing";
                break;
            case task_state::running:
            case task_state::done:
                ADD_FAILURE() << each.name << " neither waits nor is ready between two turns";
        }
    }
}

}  // namespace eddy::testing
