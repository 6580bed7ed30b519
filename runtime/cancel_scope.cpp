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
        cancel_scope* next = concerned(at->children_.begin(), at->children_.end());
        while (next == nullptr && at != this) {
            cancel_scope* const parent = at->parent_;
            next = concerned(++scope_list::iterator(at), parent->children_.end());
            at = parent;
        }
        if (next == nullptr) return;
        at = next;
    }
}

void cancel_scope::mark_effective() noexcept {
    effective_ = true;
    if (task_ == nullptr || task_->innermost_scope != this) return;
    if (task_->state == task_state::waiting) task_->waiting_for->interrupt();
}

cancel_scope* cancel_scope::concerned(scope_list::iterator from,
                                      scope_list::iterator end) noexcept {
    for (; from != end; ++from) {
        cancel_scope& each = *from;
        if (!each.shielded_ && !each.effective_) return &each;
    }
    return nullptr;
}

void cancel_scope::enter(cancel_scope& parent) noexcept {
    parent_ = &parent;
    effective_ = cancelled_ || (!shielded_ && parent.effective_);
    parent.children_.push_back(*this);
}

cancel_scope* cancel_scope::leave() noexcept {
    assert(children_.empty() && "a scope ends after everything inside it");
    if (parent_ != nullptr) list_node<cancel_scope>::unlink();
    return std::exchange(parent_, nullptr);
}

cancel_scope::~cancel_scope() {
    assert(parent_ == nullptr);
}

nested_scope::nested_scope(bool shielded) noexcept
    : cancel_scope(&event_loop::running_task(), shielded),
      task_of_scope_(event_loop::running_task()),
      outer_(*task_of_scope_.innermost_scope) {
    enter(outer_);
    task_of_scope_.innermost_scope = this;
}

nested_scope::~nested_scope() {
    assert(task_of_scope_.innermost_scope == this && "scopes of a task end in reverse order");
    task_of_scope_.innermost_scope = &outer_;
    leave();
}

group_scope::group_scope() noexcept : cancel_scope(nullptr) {
    enter(*event_loop::running_task().innermost_scope);
}

}  // namespace eddy
