#include "random_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace eddy::testing {
namespace {

// Programs are small; one that needs more turns than this never ends.
constexpr int most_turns = 100'000;

}  // namespace

world::world(std::uint64_t seed, ready_order order)
    : draw(seed), loop(simulated(seed)), order_(order), disorder_(seed) {
    loop.set_deadlock_handler(nullptr);
    if (!is_in_promised_order())
        loop.choose_next_by([this](std::size_t ready) { return disorder_.roll(ready); });
}

run_summary world::run(task<> program) {
    const auto main = loop.start(std::move(program));
    try {
        run_until_done(*main);
        end_independent_tasks();
        main->outcome.value();
    } catch (const simulation_stuck& stuck) {
        ADD_FAILURE() << stuck.what();
    } catch (const std::exception& error) {
        ADD_FAILURE() << "the program let an exception out: " << error.what();
    }
    check_end();
    return {loop.stats().turns, loop.stats().resumptions, model.steps(),
            loop.kernel().now().time_since_epoch().count()};
}

void world::run_until_done(const task_control& main) {
    for (int turns = 0; !main.is_done(); ++turns) {
        model.run_turn();
        ASSERT_LT(turns, most_turns) << main.name() << " never ends";
    }
}

void world::end_independent_tasks() {
    // They may start others while they end.
    for (std::size_t i = 0; i < independent.size(); ++i) {
        task_handle<int> each = independent[i];
        each.cancel();
        run_until_done(each.control());
        each.control().error_unseen = false;
    }
    while (!loop.tasks().empty()) model.run_turn();  // what `call_later` has started
}

void world::check_end() {
    EXPECT_EQ(loop.tasks().size(), 0U) << "a task is left";
    EXPECT_EQ(begun, ended) << "a coroutine did not come to its end";
    EXPECT_TRUE(loop.timers().empty()) << "a timer is left";
    EXPECT_EQ(simulation(loop).in_flight(), 0U) << "an operation is left";
    simulated_network& network = simulation(loop).network();
    network.notice_closed(time_point());
    EXPECT_EQ(network.open_handles(), 0U) << "a socket is left";
    EXPECT_FALSE(mutex.is_held());
    EXPECT_EQ(permits.available(), 2U) << "a permit was lost";
    EXPECT_EQ(meeting.waiting(), 0U);
    // Who asked earlier has the item that came in earlier.
    std::ranges::sort(got);
    EXPECT_TRUE(std::ranges::is_sorted(got, {}, [](const auto& each) { return each.second; }))
        << "the queue did not keep its order";
}

void world::check_wake(time_point deadline) {
    EXPECT_GE(loop.kernel().now(), deadline) << "woken too early";
    if (!is_in_promised_order()) return;
    EXPECT_GE(deadline, last_wake_) << "woken before one whose time had come earlier";
    last_wake_ = deadline;
}

children_book::~children_book() {
    page_->is_closed = true;
    EXPECT_EQ(page_->alive, 0) << "a child outlives its group";
}

presence::presence(world& in, std::shared_ptr<children_book::page> of)
    : in_(in), of_(std::move(of)) {
    in_.model.note_step();
    ++in_.begun;
    if (!of_) return;
    EXPECT_FALSE(of_->is_closed) << "a child starts after the end of its group";
    ++of_->alive;
}

presence::~presence() {
    ++in_.ended;
    if (of_) --of_->alive;
}

}  // namespace eddy::testing
