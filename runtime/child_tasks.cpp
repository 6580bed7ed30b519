#include <eddy/child_tasks.hpp>

#include <eddy/cancelled.hpp>

#include <utility>

namespace eddy {

void child_tasks::on_task_done(task_control& child) noexcept {
    --running_;
    if (first_ended_ == nullptr) first_ended_ = &child;
    if (child.error()) {
        // Whoever holds the children sees to their errors.
        child.error_unseen = false;
        if (child.ended_cancelled()) {
            any_cancelled_ = true;
        } else if (when_ == cancel_rest::on_failure) {
            add_error(child.error());
            cancel();
        }
    }
    if (when_ == cancel_rest::on_first_end) cancel();
    // Woken once: more children may start and end before it goes on.
    if (running_ == 0 && waiting_ != nullptr) std::exchange(waiting_, nullptr)->wake();
}

void child_tasks::throw_failure() const {
    if (!errors_.empty()) std::rethrow_exception(errors_.front());
    if (any_cancelled_) throw cancelled();
}

}  // namespace eddy
