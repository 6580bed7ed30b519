#pragma once

#include "counted.hpp"
#include "loop_model.hpp"
#include "random_program.hpp"
#include "simulate.hpp"

#include <eddy/barrier.hpp>
#include <eddy/condition.hpp>
#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/lock.hpp>
#include <eddy/queue.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/task_local.hpp>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace eddy::testing {

/// What the tasks of a random program share, and the book that is kept of them.
class world {
public:
    world(std::uint64_t seed, ready_order order);

    /// Runs a program to its end, then cancels and awaits what it has left.
    run_summary run(task<> program);

    /// False: the program has done enough and shall come to its end.
    bool take_action() noexcept { return actions_left_ > 0 && --actions_left_ > 0; }
    duration draw_time() noexcept { return std::chrono::microseconds(draw.roll(3000)); }
    bool is_in_promised_order() const noexcept { return order_ == ready_order::promised; }

    // A task has woken from a sleep.
    void check_wake(time_point deadline);

    dice draw;

    lock mutex;
    std::deque<std::uint64_t> line;  // of those who want the lock, by number
    std::uint64_t tickets = 0;
    bool somebody_is_inside = false;
    lock changing;
    condition changed;
    semaphore permits{2};
    std::size_t permits_taken = 0;
    event flag;
    barrier meeting{2};
    queue<counted> items{3};
    int items_put = 0;
    std::uint64_t gets = 0;
    std::vector<std::pair<std::uint64_t, int>> got;  // by the number of the `get`, which item
    task_local<int> depth_of_task;
    int begun = 0;  // coroutines, and those of them that have ended
    int ended = 0;

    // After what is shared: whatever tasks there are when it is destroyed still use that.
    event_loop loop;
    loop_model model{loop};
    std::vector<task_handle<int>> independent;

private:
    void run_until_done(const task_control& main);
    void end_independent_tasks();
    void check_end();

    const ready_order order_;
    int actions_left_ = 60;
    dice disorder_;
    time_point last_wake_{};
};

/// The children of one group, gather or race. Their construct is over when this ends.
class children_book {
public:
    children_book() = default;
    children_book(const children_book&) = delete;
    children_book& operator=(const children_book&) = delete;
    ~children_book();

    struct page {
        int alive = 0;
        bool is_closed = false;
    };
    const std::shared_ptr<page>& members() const noexcept { return page_; }

private:
    std::shared_ptr<page> page_ = std::make_shared<page>();
};

/// Stands in every coroutine of a random program, as long as it runs.
class presence {
public:
    explicit presence(world& in, std::shared_ptr<children_book::page> of = nullptr);
    presence(const presence&) = delete;
    presence& operator=(const presence&) = delete;
    ~presence();

private:
    world& in_;
    std::shared_ptr<children_book::page> of_;
    counted object_;
};

}  // namespace eddy::testing
