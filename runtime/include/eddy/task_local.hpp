#pragma once

#include <eddy/event_loop.hpp>

#include <cassert>
#include <utility>

namespace eddy {

/// A value that belongs to a task and to the tasks it starts (asyncio's contextvars). A binding
/// holds for a stretch of code; a child sees what was bound when it was started, and what it binds
/// itself is seen by nobody above it.
template <class T>
class task_local {
public:
    /// `otherwise` is the value where nothing is bound.
    explicit task_local(T otherwise = T()) : otherwise_(std::move(otherwise)) {}
    task_local(const task_local&) = delete;
    task_local& operator=(const task_local&) = delete;

    /// The innermost binding in the running task, or the value given to the constructor.
    const T& get() const noexcept {
        if (!event_loop::is_in_task()) return otherwise_;
        const task_context* const bound =
            task_context::find(event_loop::running_task().context.get(), this);
        return bound != nullptr ? static_cast<const binding_node*>(bound)->value : otherwise_;
    }

    /// Holds a binding until it is destroyed, in reverse order, in the task that made it.
    class [[nodiscard]] binding {
    public:
        binding(task_local& of, T value)
            : task_(event_loop::running_task()), outer_(task_.context) {
            task_.context =
                counted_ptr<task_context>(new binding_node(&of, outer_, std::move(value)));
        }
        binding(const binding&) = delete;
        binding& operator=(const binding&) = delete;
        ~binding() { task_.context = std::move(outer_); }

    private:
        task_control& task_;
        counted_ptr<task_context> outer_;
    };

    /// Binds a value in the running task: `const auto bound = user.bind("ada");`
    binding bind(T value) { return binding(*this, std::move(value)); }

private:
    struct binding_node final : task_context {
        binding_node(const task_local* of, counted_ptr<task_context> outer, T bound)
            : task_context(of, std::move(outer)), value(std::move(bound)) {}
        T value;
    };

    T otherwise_;
};

}  // namespace eddy
