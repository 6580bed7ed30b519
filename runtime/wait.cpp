#include <eddy/wait.hpp>

namespace eddy {

end_watcher::~end_watcher() {
    if (is_armed()) event_loop::current()->timers().disarm(*this);
    for (observer& each : observers_) each.stop();
}

void end_watcher::watch(task_control& task) {
    if (task.is_done()) {
        count(task);
        return;
    }
    task.observers.push_back(observers_.emplace_back(*this, task));
    ++running_;
}

void end_watcher::await_suspend(coroutine caller) {
    event_loop& loop = *event_loop::current();
    if (timeout_) loop.timers().arm(*this, deadline_after(loop.kernel().now(), *timeout_));
    parked_ = true;
    park(caller);
}

void end_watcher::interrupt() noexcept {
    if (!std::exchange(parked_, false)) return;
    wake_interrupted();
}

void end_watcher::count(const task_control& ended) noexcept {
    if (when_ == return_when::first_completed) decided_ = true;
    if (when_ == return_when::first_exception && ended.error() && !ended.ended_cancelled())
        decided_ = true;
}

void end_watcher::saw_end(const task_control& task) noexcept {
    --running_;
    count(task);
    if (is_enough()) stop_waiting();
}

// Ends and the timeout may come in the same turn: the first of them wakes.
void end_watcher::stop_waiting() noexcept {
    if (std::exchange(parked_, false)) wake();
}

}  // namespace eddy
