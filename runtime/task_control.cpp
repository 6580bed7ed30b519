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
    loop.name_task(*this, name);
}

void throw_error_of(task_control& task) {
    task.error_unseen = false;
    if (task.ended_cancelled()) throw task_cancelled(task.name());
    std::rethrow_exception(task.error());
}

void task_control::be_forgotten() noexcept {
    loop.forget(*this);
}

}  // namespace eddy
