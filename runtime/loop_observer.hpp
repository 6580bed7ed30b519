#pragma once

#include <eddy/task_control.hpp>

#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>

namespace eddy {

/// Watches the resumptions of a loop, where somebody wants them watched, or has them in another
/// order.
class loop_observer {
public:
    ~loop_observer();

    void warn_about_slices_over(duration limit) noexcept { slow_ = limit; }

    /// Ends the trace before. Throws std::system_error if the file cannot be written.
    void trace_to(const std::string& file, time_point start);

    void choose_next_by(std::function<std::size_t(std::size_t ready)> choose) {
        choose_ = std::move(choose);
    }

    /// The task to be resumed next: `first`, which was taken from the front of `ready`, or another
    /// one. The others stand in `ready` afterwards, in their order; all of them if the function
    /// throws or chooses one that is not there.
    task_control& choose(task_control& first, intrusive_queue<task_control>& ready) const;

    /// `task` ran from `start` to `end`; now it waits, is ready again, or is done.
    void saw_resumption(const task_control& task, time_point start, time_point end);

private:
    void end_trace();
    void warn(const task_control& task, duration held) const;
    void trace_slice(const task_control& task, const std::string& name, const char* category,
                     time_point start, time_point end);

    // What a parked task waits for: by the time it is resumed, its suspension is gone.
    struct wait {
        std::string what;
        time_point since;
    };

    std::function<std::size_t(std::size_t ready)> choose_;
    std::optional<duration> slow_;
    std::ofstream trace_;
    std::string trace_name_;
    time_point trace_start_;
    std::unordered_map<std::uint64_t, std::optional<wait>> traced_;  // by task
};

}  // namespace eddy
