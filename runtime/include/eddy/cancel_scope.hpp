#pragma once

#include <eddy/intrusive_ring.hpp>

#include <cassert>
#include <utility>

namespace eddy {

class task_control;

/// A stretch of work that can be cancelled as one. Scopes form a tree: a task has one for its whole
/// life, `with_timeout` and its like push one on the running task, a group has one above its tasks.
///
/// A scope is effective when it was cancelled, or when it is not shielded and its parent is
/// effective. While the innermost scope of a task is effective, every suspension point throws.
class cancel_scope : public ring_node<cancel_scope> {
public:
    /// Cancels the scope and what is inside. Runs no user code and resumes nobody: parked tasks are
    /// asked to come back early, and everything happens when the loop resumes them.
    void cancel() noexcept;

    /// Told when a task that hangs directly under this scope is done. May only append to queues.
    virtual void on_task_done(task_control& task) noexcept { static_cast<void>(task); }

    bool was_cancelled() const noexcept { return cancelled_; }
    bool is_effective() const noexcept { return effective_; }
    bool is_shielded() const noexcept { return shielded_; }

    /// Goes through all tasks under this scope, parents first: the next one after `at`, which is
    /// this scope at the start. Null after the last.
    const task_control* next_task(const cancel_scope& at) const noexcept;

    /// Whether `cancelled` that arrives at this scope was caused by this scope and ends here.
    bool absorbs_cancellation() const noexcept {
        return cancelled_ && !(parent_ != nullptr && parent_->effective_);
    }

protected:
    explicit cancel_scope(bool shielded = false) noexcept : shielded_(shielded) {}
    ~cancel_scope() { assert(parent_ == nullptr); }

    /// The task that stands in this scope; null if none does, and it only has children.
    virtual task_control* inhabitant() const noexcept { return nullptr; }

    /// The task that stands in the scope above this one, if any does.
    const task_control* inhabitant_above() const noexcept {
        return parent_ != nullptr ? parent_->inhabitant() : nullptr;
    }

    void enter(cancel_scope& parent) noexcept {
        parent_ = &parent;
        effective_ = cancelled_ || (!shielded_ && parent.effective_);
        parent.children_.push_back(*this);
    }
    /// Forgets what is inside this scope, which is never to be used again.
    void leave_children() noexcept {
        while (!children_.empty()) children_.pop_front();
    }
    /// Returns the scope that this one hung under.
    cancel_scope* leave() noexcept {
        assert(children_.empty() && "a scope ends after everything inside it");
        parent_->children_.remove(*this);
        return std::exchange(parent_, nullptr);
    }

private:
    void become_effective() noexcept;
    void mark_effective() noexcept;
    template <class Predicate>
    cancel_scope* next_inside(const cancel_scope& at, Predicate enters) const noexcept;

    cancel_scope* parent_ = nullptr;
    intrusive_ring<cancel_scope, cancel_scope> children_;
    bool cancelled_ = false;
    bool shielded_;
    bool effective_ = false;
};

/// A scope around a part of the running task: pushed by its constructor, popped by its destructor.
class nested_scope : public cancel_scope {
public:
    explicit nested_scope(bool shielded = false) noexcept;
    ~nested_scope();

private:
    task_control* inhabitant() const noexcept final { return &inhabitant_; }

    task_control& inhabitant_;
    cancel_scope& outer_;
};

}  // namespace eddy
