#include <eddy/child_tasks.hpp>

namespace eddy {

void child_tasks::on_task_done(task_control& child) noexcept {
    --running_;
    if (child.error()) {
        // Whoever holds the children sees to their errors; those of the cancelled ones say nothing.
        child.error_seen = true;
        if (child.ended_cancelled()) {
            any_cancelled_ = true;
        } else if (!first_failure_ && reaction_ == on_failure::cancel_others) {
            child.acquire();
            first_failure_ = task_reference<task_control>(&child);
            cancel();
        }
    }
    if (running_ == 0 && waiting_ != nullptr) waiting_->wake();
}

}  // namespace eddy
