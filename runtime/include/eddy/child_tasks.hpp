#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

/// The tasks that one structured construct (`gather`, a group) runs beside each other. They hang
/// under its scope, and all have ended before it does. Lives in the frame of the task that waits.
class child_tasks final : public group_scope {
public:
    enum class on_failure { cancel_others, go_on };

    explicit child_tasks(on_failure reaction = on_failure::cancel_others) noexcept
        : reaction_(reaction) {}
    ~child_tasks() { assert(running_ == 0 && "await all_done before leaving"); }

    template <class T>
    task_reference<task_with_result<T>> start(task<T> work) {
        auto child = event_loop::current()->start(std::move(work), this);
        ++running_;
        return child;
    }

    class awaiter final : public suspension {
    public:
        explicit awaiter(child_tasks& children) noexcept : children_(children) {}
        bool await_ready() const noexcept { return children_.running_ == 0; }
        void await_suspend(coroutine caller) noexcept {
            children_.waiting_ = this;
            park(caller);
        }
        void await_resume() const noexcept {}

        // Cancellation has reached the children by the tree of scopes; this waits for them to end.
        void interrupt() noexcept override {}
        std::string_view what() const noexcept override { return "children"; }

    private:
        friend class child_tasks;
        child_tasks& children_;
    };

    /// Waits until all have ended, cancelled or not. Never throws: ask `throw_failure` after it.
    awaiter all_done() noexcept { return awaiter(*this); }

    /// Throws the first failure in time; `cancelled` if children were cancelled from outside.
    void throw_failure() {
        if (first_failure_) throw_error_of(*first_failure_);
        if (any_cancelled_) throw cancelled();
    }

private:
    void on_task_done(task_control& child) noexcept override;

    on_failure reaction_;
    bool any_cancelled_ = false;
    std::size_t running_ = 0;
    task_reference<task_control> first_failure_;
    awaiter* waiting_ = nullptr;
};

}  // namespace eddy
