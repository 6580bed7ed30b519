#include <eddy/task_control.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

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
    return is_named ? loop.name_of(id_) : "task-" + std::to_string(id_);
}

void task_control::set_name(std::string_view name) {
    loop.name_task(id_, name);
    is_named = true;
}

void task_control::outlive_loop() noexcept {
    if (error_unseen) report_unseen_error();
    error_unseen = false;
    is_named = false;
}

void throw_error_of(task_control& task) {
    task.error_unseen = false;
    if (task.ended_cancelled()) throw task_cancelled(task.name());
    std::rethrow_exception(task.error());
}

void task_control::report_unseen_error() noexcept {
    if (!ended_cancelled()) loop.report_unseen_error(*this);
}

void task_control::forget_name() noexcept {
    loop.forget_name(id_);
}

}  // namespace eddy
