#pragma once

#include <eddy/intrusive_list.hpp>

namespace eddy {

class task_control;

/// A stretch of work that can be cancelled as one. Scopes form a tree: a task has one for its whole
/// life, `with_timeout` and its like push one on the running task, a group has one above its tasks.
///
/// A scope is effective when it was cancelled, or when it is not shielded and its parent is
/// effective. While the innermost scope of a task is effective, every suspension point throws.
class cancel_scope : public list_node<cancel_scope> {
public:
    /// Cancels the scope and what is inside. Runs no user code and resumes nobody: parked tasks are
    /// asked to come back early, and everything happens when the loop resumes them.
    void cancel() noexcept;

    /// Told when a task that hangs directly under this scope is done. May only append to queues.
    virtual void on_task_done(task_control& task) noexcept { static_cast<void>(task); }

    bool was_cancelled() const noexcept { return cancelled_; }
    bool is_effective() const noexcept { return effective_; }
    bool is_shielded() const noexcept { return shielded_; }

    /// Whether `cancelled` that arrives at this scope was caused by this scope and ends here.
    bool absorbs_cancellation() const noexcept {
        return cancelled_ && !(parent_ != nullptr && parent_->effective_);
    }

protected:
    /// `task`: who stands in this scope; null for the scope of a group, which only has children.
    explicit cancel_scope(task_control* task, bool shielded = false) noexcept
        : task_(task), shielded_(shielded) {}
    ~cancel_scope();

    void enter(cancel_scope& parent) noexcept;
    /// Returns the scope that this one hung under.
    cancel_scope* leave() noexcept;

private:
    using scope_list = intrusive_list<cancel_scope, cancel_scope>;

    void become_effective() noexcept;
    void mark_effective() noexcept;
    static cancel_scope* concerned(scope_list::iterator from, scope_list::iterator end) noexcept;

    cancel_scope* parent_ = nullptr;
    scope_list children_;
    task_control* task_;
    bool cancelled_ = false;
    bool effective_ = false;
    bool shielded_;
};

/// A scope around a part of the running task: pushed by its constructor, popped by its destructor.
class nested_scope : public cancel_scope {
public:
    explicit nested_scope(bool shielded = false) noexcept;
    ~nested_scope();

private:
    task_control& task_of_scope_;
    cancel_scope& outer_;
};

/// The scope of several tasks that run under the running one.
class group_scope : public cancel_scope {
public:
    group_scope() noexcept;
    ~group_scope() { leave(); }
};

}  // namespace eddy
