#pragma once

#include <cassert>
#include <utility>

namespace eddy {

/// The link an object needs to stand in an `intrusive_queue`.
class queue_node {
public:
    queue_node() noexcept {}  // leaves `next_` as it is
    queue_node(const queue_node&) = delete;
    queue_node& operator=(const queue_node&) = delete;

private:
    template <class T>
    friend class intrusive_queue;

    queue_node* next_;  // while it stands in a queue, and not for the last one there
};

/// As `intrusive_list`, but objects come in at the end and leave at the front, and never from
/// between: half the links, and fewer than half the writes. An object in a queue must not move or
/// die; whether it stands in one, it does not know.
template <class T>
class intrusive_queue {
public:
    intrusive_queue() noexcept = default;
    intrusive_queue(const intrusive_queue&) = delete;
    intrusive_queue& operator=(const intrusive_queue&) = delete;
    ~intrusive_queue() { assert(empty()); }

    bool empty() const noexcept { return last_ == &before_first_; }

    void push_back(T& object) noexcept {
        queue_node& added = object;
        last_->next_ = &added;
        last_ = &added;
    }

    /// Moves all of another queue to the end of this one.
    void append(intrusive_queue& other) noexcept {
        if (other.empty()) return;
        last_->next_ = other.before_first_.next_;
        last_ = std::exchange(other.last_, &other.before_first_);
    }

    T& pop_front() noexcept {
        assert(!empty());
        queue_node& taken = *before_first_.next_;
        if (&taken == last_) {
            last_ = &before_first_;
        } else {
            before_first_.next_ = taken.next_;
        }
        return static_cast<T&>(taken);
    }

private:
    queue_node before_first_;
    queue_node* last_ = &before_first_;
};

}  // namespace eddy
