#pragma once

#include <cassert>
#include <utility>

namespace eddy {

template <class T, class Tag>
class intrusive_ring;

/// The links an object needs to stand in an `intrusive_ring`. An object in a ring must not move or
/// die.
template <class Tag>
class ring_node {
public:
    ring_node() noexcept {}  // leaves `previous_` as it is
    ring_node(const ring_node&) = delete;
    ring_node& operator=(const ring_node&) = delete;

    bool is_linked() const noexcept { return next_ != nullptr; }

protected:
    // Most often it is an awaiter, in the frame of a coroutine that is destroyed while it waits.
    ~ring_node() {
        assert(!is_linked() &&
               "an object was destroyed that stands in a list: before you destroy a coroutine that "
               "waits, cancel its task and await that");
    }

private:
    template <class T, class>
    friend class intrusive_ring;

    ring_node* next_ = nullptr;  // null: it stands in no ring, and `previous_` means nothing
    ring_node* previous_;
};

/// As `intrusive_list`, but the list itself is a single pointer, for owners of which there are
/// millions. In return an object can only be taken out by the ring it stands in.
template <class T, class Tag>
class intrusive_ring {
    using node = ring_node<Tag>;

public:
    intrusive_ring() noexcept = default;
    intrusive_ring(const intrusive_ring&) = delete;
    intrusive_ring& operator=(const intrusive_ring&) = delete;
    ~intrusive_ring() { assert(empty()); }

    bool empty() const noexcept { return first_ == nullptr; }

    /// The first object; null if there is none.
    T* front() const noexcept { return static_cast<T*>(first_); }
    /// The object after one of this ring; null after the last.
    T* next(const T& object) const noexcept {
        node* const following = static_cast<const node&>(object).next_;
        return following != first_ ? static_cast<T*>(following) : nullptr;
    }

    void push_back(T& object) noexcept {
        node& added = object;
        assert(!added.is_linked());
        if (first_ == nullptr) {
            first_ = added.next_ = added.previous_ = &added;
            return;
        }
        node* const last = std::exchange(first_->previous_, &added);
        added.next_ = first_;
        added.previous_ = last;
        last->next_ = &added;
    }

    void remove(T& object) noexcept {
        node& removed = object;
        assert(removed.is_linked());
        node* const following = std::exchange(removed.next_, nullptr);
        node* const preceding = removed.previous_;
        if (following == &removed) {
            first_ = nullptr;
            return;
        }
        preceding->next_ = following;
        following->previous_ = preceding;
        if (first_ == &removed) first_ = following;
    }

    T& pop_front() noexcept {
        assert(!empty());
        T& first = *front();
        remove(first);
        return first;
    }

private:
    node* first_ = nullptr;
};

}  // namespace eddy
