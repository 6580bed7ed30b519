#pragma once

#include <eddy/event_loop.hpp>

#include <cstdint>

namespace eddy::testing {

/// Runs the turns of a loop and checks after each what must be true between any two of them: a task
/// is ready or waiting, and stands in one place only; one that waits is parked on something; one
/// that is ready was not forgotten. Reports with GoogleTest.
class loop_model {
public:
    explicit loop_model(event_loop& loop) noexcept : loop_(loop) {}

    void run_turn();

    /// Code of a task says that it runs now: inside of a turn, in a task that is running, and not
    /// inside of another function's call (see `without_running`).
    void note_step();

    /// Calls `f`, which may make tasks ready but must not run any.
    template <class F>
    void without_running(F f) {
        const std::uint64_t before = steps_;
        f();
        check_steps(before);
    }

    std::uint64_t steps() const noexcept { return steps_; }

private:
    void check_steps(std::uint64_t before) const;
    void check_tasks() const;

    event_loop& loop_;
    bool in_turn_ = false;
    std::uint64_t steps_ = 0;
};

}  // namespace eddy::testing
