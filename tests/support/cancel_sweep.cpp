#include "cancel_sweep.hpp"

#include "counted.hpp"
#include "simulate.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <sstream>

namespace eddy::testing {
namespace {

constexpr int most_chances = 10'000;

// One run of a sweep. No victim: all tasks at once, by cancelling what the loop still has.
struct plan {
    std::uint64_t seed;
    std::optional<std::size_t> victim;
    bool canceller_starts_first;
    int chance;
};

std::ostream& operator<<(std::ostream& out, const plan& run) {
    out << "seed " << run.seed << ", ";
    if (run.victim) {
        out << "task " << *run.victim;
    } else {
        out << "all tasks";
    }
    return out << " cancelled at chance " << run.chance << ", canceller started "
               << (run.canceller_starts_first ? "first" : "last");
}

// Parks until every other task waits as well and the loop is about to sleep.
class idle_awaiter final : public suspension {
public:
    explicit idle_awaiter(simulated_backend& kernel) noexcept : kernel_(kernel) {}
    bool await_ready() const noexcept { return false; }
    void await_suspend(coroutine caller) {
        park(caller);
        kernel_.call_before_sleep([this] { wake(); });
    }
    void await_resume() const { throw_if_interrupted(); }

    void interrupt() noexcept override {
        kernel_.call_before_sleep(nullptr);
        wake_interrupted();
    }
    std::string_view what() const noexcept override { return "idle"; }

private:
    simulated_backend& kernel_;
};

// It is ready all the time, so it runs once between the waking of any other task and its being
// resumed. When it was the only one to be resumed, it lets time pass, but is ready before those
// whom time wakes.
task<> cancel_at(int chance, std::function<void()> cancel) {
    const event_loop& loop = *event_loop::current();
    for (; chance > 0; --chance) {
        const std::uint64_t before = loop.stats().resumptions;
        co_await yield();
        if (loop.stats().resumptions - before == 1) co_await idle_awaiter(simulation());
    }
    cancel();
}

using started_task = counted_ptr<task_with_result<void>>;

class sweep_run {
public:
    sweep_run(const plan& run, const scenario_maker& make)
        : run_(run), loop_(simulated(run.seed)), scenario_(make(simulation(loop_))) {}

    // False: the scenario had ended before the chance came.
    bool perform() {
        if (run_.canceller_starts_first) start_canceller();
        for (task<>& each : scenario_.tasks) started_.push_back(loop_.start(std::move(each)));
        if (!run_.canceller_starts_first) start_canceller();
        try {
            while (!all_done()) loop_.run_once();
        } catch (const simulation_stuck& stuck) {
            ADD_FAILURE() << stuck.what();
            return false;
        }
        for (std::size_t i = 0; i < started_.size(); ++i) check_ending(i);
        scenario_.check();
        release_everything();
        return was_in_time_;
    }

private:
    void start_canceller() {
        canceller_ = loop_.start(cancel_at(run_.chance, [this] {
            was_in_time_ = true;
            cancel();
        }));
    }

    void cancel() {
        for (std::size_t i = 0; i < started_.size(); ++i) {
            if (is_victim(i)) started_[i]->cancel();
        }
    }

    bool is_victim(std::size_t i) const { return !run_.victim || *run_.victim == i; }

    bool all_done() const {
        return std::ranges::all_of(started_, [](const auto& each) { return each->is_done(); });
    }

    void check_ending(std::size_t i) {
        started_[i]->error_unseen = false;
        try {
            started_[i]->outcome.value();
        } catch (const cancelled&) {
            EXPECT_TRUE(is_victim(i)) << "task " << i << " was cancelled instead of the victim";
        } catch (const std::exception& error) {
            ADD_FAILURE() << "task " << i << " failed: " << error.what();
        }
    }

    void release_everything() {
        started_.clear();
        scenario_ = scenario();
        simulated_network& network = simulation(loop_).network();
        network.notice_closed(time_point());
        EXPECT_EQ(network.open_handles(), 0U) << "a socket was lost";
    }

    plan run_;
    event_loop loop_;
    scenario scenario_;
    started_task canceller_;
    std::vector<started_task> started_;
    bool was_in_time_ = false;
};

bool perform(const plan& run, const scenario_maker& make) {
    std::ostringstream where;
    where << run;
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, where.str());
    const std::size_t alive = counted::alive();
    const int mistakes = counted::mistakes();
    const bool was_in_time = sweep_run(run, make).perform();
    EXPECT_EQ(counted::alive(), alive) << "something was leaked";
    EXPECT_EQ(counted::mistakes(), mistakes) << "something was destroyed twice";
    return was_in_time;
}

void sweep_victim(const scenario_maker& make, plan run) {
    for (run.chance = 0; perform(run, make); ++run.chance) {
        if (::testing::Test::HasFailure()) return;  // one report is enough
        ASSERT_LT(run.chance, most_chances) << "the scenario never ends";
    }
}

std::size_t victims_of(const scenario_maker& make) {
    event_loop loop(simulated());
    return make(simulation(loop)).victims;
}

}  // namespace

void sweep(const scenario_maker& make) {
    const std::size_t victims = victims_of(make);
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
        for (const bool first : {true, false}) {
            sweep_victim(make, {seed, std::nullopt, first, 0});
            for (std::size_t i = 0; i < victims; ++i) sweep_victim(make, {seed, i, first, 0});
        }
    }
}

}  // namespace eddy::testing
