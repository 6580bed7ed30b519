#include "random_program.hpp"

#include "random_steps.hpp"
#include "random_world.hpp"

#include <eddy/as_completed.hpp>
#include <eddy/as_result.hpp>
#include <eddy/gather.hpp>
#include <eddy/race.hpp>
#include <eddy/sleep.hpp>
#include <eddy/task_group.hpp>
#include <eddy/timeout.hpp>
#include <eddy/wait.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <string>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using page = std::shared_ptr<children_book::page>;

constexpr int deepest = 3;

task<> some_steps(world& in, int depth);

// Some steps as a child of what keeps that page, if any does.
task<int> some_work(world& in, int depth, page of = nullptr) {
    const presence here(in, std::move(of));
    const auto bound = in.depth_of_task.bind(depth);
    co_await some_steps(in, depth);
    EXPECT_EQ(in.depth_of_task.get(), depth);
    co_return depth;
}

// The same as a child that does not fail.
task<int> forgiven_work(world& in, int depth, page of) {
    const presence here(in, std::move(of));
    co_await forgive(some_steps(in, depth));
    co_return depth;
}

task<> fill_group(task_group& group, world& in, int depth, const page& of) {
    const int depth_above = in.depth_of_task.get();
    for (std::uint64_t left = in.draw.roll(4); left > 0; --left) {
        task_handle<int> child = group.create_task(some_work(in, depth, of));
        if (in.draw.roll(8) == 0) child.cancel();
        if (in.draw.flip()) co_await yield();
    }
    co_await some_steps(in, depth);
    EXPECT_EQ(in.depth_of_task.get(), depth_above) << "a child's binding is seen above";
    if (in.draw.roll(4) == 0) in.model.without_running([&group] { group.cancel(); });
}

task<> run_group(world& in, int depth) {
    const children_book book;
    co_await with_task_group(fill_group, std::ref(in), depth, book.members());
}

task<> run_gather(world& in, int depth) {
    const children_book book;
    const page& of = book.members();
    co_await gather(some_work(in, depth, of), some_work(in, depth, of), some_work(in, depth, of));
}

task<> run_settled(world& in, int depth) {
    const children_book book;
    const page& of = book.members();
    std::vector<task<int>> works;
    for (std::uint64_t left = in.draw.roll(4); left > 0; --left)
        works.push_back(some_work(in, depth, of));
    co_await gather_settled(std::move(works));
}

task<> run_race(world& in, int depth) {
    const children_book book;
    co_await race(some_work(in, depth, book.members()), some_work(in, depth, book.members()));
}

task<> run_with_timeout(world& in, int depth) {
    co_await with_timeout(in.draw_time(), some_work(in, depth));
}

task<> run_until_move_on(world& in, int depth) {
    co_await move_on_after(in.draw_time(), some_work(in, depth));
}

task<> run_as_result(world& in, int depth) {
    const result<int> outcome = co_await as_result(some_work(in, depth));
    EXPECT_TRUE(outcome.error() || outcome.has_value());
}

task<> start_independent(world& in, int depth) {
    task_handle<int> other = create_task(some_work(in, depth));
    EXPECT_FALSE(other.done()) << "it has started at once";
    in.independent.push_back(other);
    co_return;
}

// A group whose tasks are watched by two others as they end.
task<> watch_group(task_group& group, world& in, int depth, const page& of) {
    std::vector<task_handle<int>> handles;
    for (std::uint64_t left = in.draw.roll(4); left > 0; --left)
        handles.push_back(group.create_task(forgiven_work(in, depth, of)));
    const auto some = static_cast<return_when>(in.draw.roll(3));
    const waited_tasks<int> seen = co_await wait(handles, some, in.draw_time());
    EXPECT_EQ(seen.done.size() + seen.pending.size(), handles.size());
    completed_tasks<int> ended = as_completed(handles);
    std::size_t count = 0;
    while (std::optional<task_handle<int>> next = co_await ended.next()) {
        EXPECT_TRUE(next->done());
        ++count;
    }
    EXPECT_EQ(count, handles.size());
}

task<> run_watched_group(world& in, int depth) {
    const children_book book;
    co_await with_task_group(watch_group, std::ref(in), depth, book.members());
}

using construct = task<> (*)(world& in, int depth);

constexpr std::array<construct, 11> all_constructs{
    run_group,         run_group,         run_gather,        run_settled,
    run_race,          run_with_timeout,  run_until_move_on, run_as_result,
    start_independent, start_independent, run_watched_group,
};

task<> draw_step(world& in, int depth) {
    if (depth == deepest || in.draw.flip()) return take_simple_step(in);
    return all_constructs.at(in.draw.roll(all_constructs.size()))(in, depth + 1);
}

task<> some_steps(world& in, int depth) {
    in.model.note_step();
    for (std::uint64_t left = 1 + in.draw.roll(4); left > 0 && in.take_action(); --left) {
        task<> next = draw_step(in, depth);
        const bool is_forgiven = in.draw.roll(4) > 0;
        if (is_forgiven) next = forgive(std::move(next));
        co_await std::move(next);
        in.model.note_step();
    }
}

task<> all_steps(world& in) {
    while (in.take_action()) co_await forgive(some_steps(in, 0));
}

// What waits for what never comes is cancelled after a while.
task<> whole_program(world& in) {
    const presence here(in);
    co_await move_on_after(1s, all_steps(in));
}

}  // namespace

run_summary run_random_program(std::uint64_t seed, ready_order order) {
    const std::size_t alive = counted::alive();
    const int mistakes = counted::mistakes();
    run_summary summary;
    {
        world in(seed, order);
        summary = in.run(whole_program(in));
    }
    EXPECT_EQ(counted::alive(), alive) << "something was leaked";
    EXPECT_EQ(counted::mistakes(), mistakes) << "something was destroyed twice";
    return summary;
}

std::optional<std::uint64_t> wanted_seed() {
    const char* const wanted = std::getenv("EDDY_SEED");
    if (wanted == nullptr) return std::nullopt;
    return std::stoull(wanted);
}

}  // namespace eddy::testing
