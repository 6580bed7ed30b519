#pragma once

#include <eddy/event_loop.hpp>

#include <algorithm>
#include <exception>
#include <utility>
#include <vector>

namespace eddy {

/// The tasks that one structured construct (`gather`, `race`, a group) runs beside each other. They
/// hang under a scope on the task that waits for them, in whose frame this lives, and all of them
/// have ended before the construct does.
class child_tasks : public nested_scope {
public:
    /// When the rest is cancelled.
    enum class cancel_rest { never, on_failure, on_first_end };

    explicit child_tasks(cancel_rest when = cancel_rest::on_failure) noexcept : when_(when) {}
    ~child_tasks() { assert(running_ == 0 && "await all_done before leaving"); }

    template <class T>
    counted_ptr<task_with_result<T>> start(task<T>&& work) {
        auto child = event_loop::current()->start(std::move(work), this);
        ++running_;
        return child;
    }

    std::size_t running() const noexcept { return running_; }

    class [[nodiscard]] awaiter final : public suspension {
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

    /// Waits until all have ended, cancelled or not. Never throws: see `throw_failure`. If others
    /// may start children meanwhile, some may run again by the time the task goes on.
    awaiter all_done() noexcept { return awaiter(*this); }

    /// Throws the first failure in time; `cancelled` if children were cancelled from outside.
    void throw_failure() const;

    /// Whether any ended by `cancelled`.
    bool any_cancelled() const noexcept { return any_cancelled_; }

    /// Takes a failure to the others. One that is there already, because a task has passed on what
    /// another one threw, is one failure.
    void add_error(std::exception_ptr error) {
        if (std::ranges::find(errors_, error) == errors_.end()) errors_.push_back(std::move(error));
    }

    /// All failures in time, if they cancel the rest (`on_failure`); else those that were added.
    std::vector<std::exception_ptr>& errors() noexcept { return errors_; }

    /// The first child that ended, however; null before.
    const task_control* first_ended() const noexcept { return first_ended_; }

private:
    void on_task_done(task_control& child) noexcept override;

    cancel_rest when_;
    bool any_cancelled_ = false;
    std::size_t running_ = 0;
    const task_control* first_ended_ = nullptr;
    std::vector<std::exception_ptr> errors_;
    awaiter* waiting_ = nullptr;
};

}  // namespace eddy
