#include <eddy/cancel_scope.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/suspension.hpp>
#include <eddy/task_control.hpp>

#include <utility>

namespace eddy {

void cancel_scope::cancel() noexcept {
    cancelled_ = true;
    if (!effective_) become_effective();
}

// Without recursion, for the tree can be deeper than the stack: go down to the first child that is
// concerned, else to the next one after this, else up until there is a next one.
void cancel_scope::become_effective() noexcept {
    cancel_scope* at = this;
    for (;;) {
        at->mark_effective();
        cancel_scope* next = at->first_concerned(at->children_.front());
        while (next == nullptr && at != this) {
            cancel_scope* const parent = at->parent_;
            next = parent->first_concerned(parent->children_.next(*at));
            at = parent;
        }
        if (next == nullptr) return;
        at = next;
    }
}

void cancel_scope::mark_effective() noexcept {
    effective_ = true;
    task_control* const task = inhabitant();
    if (task == nullptr || task->innermost_scope != this) return;
    if (task->state == task_state::waiting) task->waiting_for->interrupt();
}

// The first child, from `from` on, that a cancellation of this scope reaches and has not yet.
cancel_scope* cancel_scope::first_concerned(cancel_scope* from) const noexcept {
    while (from != nullptr && (from->shielded_ || from->effective_)) from = children_.next(*from);
    return from;
}

nested_scope::nested_scope(bool shielded) noexcept
    : cancel_scope(shielded),
      inhabitant_(event_loop::running_task()),
      outer_(*inhabitant_.innermost_scope) {
    enter(outer_);
    inhabitant_.innermost_scope = this;
}

nested_scope::~nested_scope() {
    assert(inhabitant_.innermost_scope == this && "scopes of a task end in reverse order");
    inhabitant_.innermost_scope = &outer_;
    leave();
}

}  // namespace eddy
