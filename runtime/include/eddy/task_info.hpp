#pragma once

#include <eddy/backend.hpp>
#include <eddy/task_control.hpp>

#include <iosfwd>
#include <source_location>
#include <string>
#include <vector>

namespace eddy {

/// What a task is doing, for people and for logs. A copy: it stays true of the moment it was made.
struct task_info {
    std::uint64_t id = 0;
    std::string name;
    std::uint64_t parent = 0;  ///< the task under whose scope it hangs; 0: none
    task_state state = task_state::ready;
    bool cancelled = false;            ///< its next suspension point throws
    std::string waits_for;             ///< "sleep", "lock", …; empty unless it is waiting
    std::uint64_t waits_for_task = 0;  ///< who must do something first; 0: nobody, or unknown
    duration since{};                  ///< how long it has been waiting
    bool can_be_woken_from_outside = false;

    /// Where each of its coroutines awaits, the innermost first. The place of a running coroutine
    /// is not known, and neither is one that has not started.
    std::vector<std::source_location> backtrace;
};

task_info info_of(const task_control& task);

/// All tasks as a tree, each with its backtrace, as `event_loop::tasks` gives them.
void print_tasks(std::ostream& out, const std::vector<task_info>& tasks);

/// Who waits for whom, a line each: for tasks that nothing can wake.
void print_waits(std::ostream& out, const std::vector<task_info>& tasks);

}  // namespace eddy
