#include <eddy/task_control.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

task_control::task_control(event_loop& on, cancel_scope& parent) noexcept
    : cancel_scope(this), loop(on), id_(on.next_task_id()) {
    enter(parent);
}

task_control::~task_control() = default;

bool task_control::ended_cancelled() const noexcept {
    if (!error()) return false;
    try {
        std::rethrow_exception(error());
    } catch (const cancelled&) {
        return true;
    } catch (...) {
        return false;
    }
}

std::string task_control::name() const {
    return name_ ? *name_ : "task-" + std::to_string(id_);
}

void task_control::set_name(std::string_view name) {
    name_ = std::make_unique<std::string>(name);
}

void task_control::announce_end() noexcept {
    cancel_scope* const parent = leave();
    while (!observers.empty()) observers.pop_front().on_done(*this);
    parent->on_task_done(*this);
}

void throw_error_of(task_control& task) {
    task.error_seen = true;
    if (task.ended_cancelled()) throw task_cancelled(task.name());
    std::rethrow_exception(task.error());
}

void task_control::release() noexcept {
    if (--references_ > 0) return;
    if (!error_seen && error() && !ended_cancelled()) loop.report_unseen_error(*this);
    delete this;
}

}  // namespace eddy
