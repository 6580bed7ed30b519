#pragma once

#include "simulated_network.hpp"

#include <eddy/backend.hpp>

#include <atomic>
#include <functional>
#include <stdexcept>

namespace eddy::testing {

/// Thrown by a simulated `poll` that would sleep for ever: every task waits for another one.
struct simulation_stuck : std::logic_error {
    simulation_stuck() : std::logic_error("every task waits for something that never happens") {}
};

/// A backend without a kernel: time is a number that jumps to the next thing that happens, and
/// sockets are queues of bytes. What a real kernel decides by accident is drawn from a seed:
/// whether an operation finishes at once, how long it takes, in which order finished ones come
/// back, and whether a result is faster than a cancellation.
class simulated_backend final : public backend {
public:
    explicit simulated_backend(std::uint64_t seed) noexcept : dice_(seed) {}

    std::error_code attach(native_handle handle) override;
    void detach(native_handle handle) noexcept override;
    bool submit(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    void poll(std::optional<duration> timeout, operation_list& completed) override;
    void wake() noexcept override { woken_ = true; }
    time_point now() const noexcept override;
    std::string_view name() const noexcept override { return "simulated"; }
    std::uint64_t system_calls() const noexcept override { return 0; }

    simulated_network& network() noexcept { return network_; }

    /// Time passes, as while a task computes.
    void advance(duration time) noexcept { now_ += time; }
    /// How often somebody asked for the time.
    std::uint64_t clock_readings() const noexcept { return clock_readings_; }
    /// How many operations are in flight.
    std::size_t in_flight() const noexcept { return pending_.size(); }
    /// Called once, at the begin of the next `poll` that may sleep, that is, when no task is ready.
    void call_before_sleep(std::function<void()> call) { before_sleep_ = std::move(call); }

private:
    enum class fate : std::uint8_t { runs, is_cancelled, lost_its_handle };

    struct pending {
        operation* op;
        time_point not_before;
        fate what_happens = fate::runs;
    };

    std::optional<time_point> end_of(const pending& each) const;
    std::optional<time_point> next_end() const;
    void pass_time(std::optional<duration> timeout);
    bool finish(const pending& each);

    dice dice_;
    simulated_network network_{dice_};
    time_point now_{std::chrono::hours(1)};
    std::vector<pending> pending_;
    std::atomic<bool> woken_ = false;
    std::function<void()> before_sleep_;
    mutable std::uint64_t clock_readings_ = 0;
};

/// For the constructor of `event_loop`.
backend_choice simulated(std::uint64_t seed = 1);

}  // namespace eddy::testing
