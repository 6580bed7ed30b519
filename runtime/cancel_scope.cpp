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

// The next scope after `at` in the tree under this one, parents first. What `enters` refuses is
// left out with all that is inside it. Without recursion, for the tree can be deeper than the
// stack: down to the first child, else to the next one after `at`, else up until there is a next
// one.
template <class Predicate>
cancel_scope* cancel_scope::next_inside(const cancel_scope& at, Predicate enters) const noexcept {
    const auto first_entered = [enters](const cancel_scope& parent, cancel_scope* from) {
        while (from != nullptr && !enters(*from)) from = parent.children_.next(*from);
        return from;
    };
    cancel_scope* next = first_entered(at, at.children_.front());
    for (const cancel_scope* left = &at; next == nullptr && left != this; left = left->parent_) {
        next = first_entered(*left->parent_, left->parent_->children_.next(*left));
    }
    return next;
}

// A cancellation does not reach what is shielded, nor again what it or another has reached before.
void cancel_scope::become_effective() noexcept {
    const auto is_concerned = [](const cancel_scope& each) {
        return !each.shielded_ && !each.effective_;
    };
    for (cancel_scope* at = this; at != nullptr; at = next_inside(*at, is_concerned)) {
        at->mark_effective();
    }
}

void cancel_scope::mark_effective() noexcept {
    effective_ = true;
    task_control* const task = inhabitant();
    if (task == nullptr || task->innermost_scope != this) return;
    if (task->state == task_state::waiting) task->waiting_for->interrupt();
}

const task_control* cancel_scope::next_task(const cancel_scope& at) const noexcept {
    const auto all = [](const cancel_scope&) { return true; };
    const cancel_scope* scope = next_inside(at, all);
    // A task's own scope is the task itself; the others are a part of its life, or above it.
    while (scope != nullptr && scope->inhabitant() != scope) scope = next_inside(*scope, all);
    return scope != nullptr ? scope->inhabitant() : nullptr;
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
