#pragma once

#include <cassert>

namespace eddy {

/// The links an object needs to stand in an `intrusive_list`. A type that stands in two lists at
/// once derives from two nodes with different tags. An object in a list must not move or die.
template <class Tag = void>
class list_node {
public:
    list_node() noexcept {}  // leaves `previous_` as it is
    list_node(const list_node&) = delete;
    list_node& operator=(const list_node&) = delete;

    bool is_linked() const noexcept { return next_ != nullptr; }

    /// Takes the object out of whichever list it stands in.
    void unlink() noexcept {
        assert(is_linked());
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = nullptr;
    }

protected:
    // Most often it is an awaiter, in the frame of a coroutine that is destroyed while it waits.
    ~list_node() {
        assert(!is_linked() &&
               "an object was destroyed that stands in a list: before you destroy a coroutine that "
               "waits, cancel its task and await that");
    }

private:
    template <class T, class>
    friend class intrusive_list;

    list_node* next_ = nullptr;  // null: it stands in no list, and `previous_` means nothing
    list_node* previous_;
};

/// A doubly linked list that allocates nothing: the links live in the objects, which it borrows.
template <class T, class Tag = void>
class intrusive_list {
    using node = list_node<Tag>;

public:
    template <class Object, class Node>
    class basic_iterator {
    public:
        explicit basic_iterator(Node* at) noexcept : at_(at) {}
        Object& operator*() const noexcept { return static_cast<Object&>(*at_); }
        basic_iterator& operator++() noexcept {
            at_ = at_->next_;
            return *this;
        }
        bool operator==(const basic_iterator&) const noexcept = default;

    private:
        Node* at_;
    };
    using iterator = basic_iterator<T, node>;
    using const_iterator = basic_iterator<const T, const node>;

    intrusive_list() noexcept { reset(); }
    intrusive_list(const intrusive_list&) = delete;
    intrusive_list& operator=(const intrusive_list&) = delete;
    ~intrusive_list() {
        assert(empty());
        end_.next_ = nullptr;
    }

    bool empty() const noexcept { return end_.next_ == &end_; }
    T& front() noexcept {
        assert(!empty());
        return static_cast<T&>(*end_.next_);
    }

    void push_back(T& object) noexcept { insert_before(end_, object); }
    void push_front(T& object) noexcept { insert_before(*end_.next_, object); }

    T& pop_front() noexcept {
        T& first = front();
        node& taken = first;
        end_.next_ = taken.next_;
        taken.next_->previous_ = &end_;
        taken.next_ = nullptr;
        return first;
    }

    /// Unlinks all objects.
    void clear() noexcept {
        while (!empty()) pop_front();
    }

    /// Moves everything from `other` to the end of this list, in order.
    void append(intrusive_list& other) noexcept {
        if (other.empty()) return;
        node* const first = other.end_.next_;
        node* const last = other.end_.previous_;
        first->previous_ = end_.previous_;
        end_.previous_->next_ = first;
        last->next_ = &end_;
        end_.previous_ = last;
        other.reset();
    }

    /// The iterator of an object stays valid until that object is unlinked.
    iterator begin() noexcept { return iterator(end_.next_); }
    iterator end() noexcept { return iterator(&end_); }
    const_iterator begin() const noexcept { return const_iterator(end_.next_); }
    const_iterator end() const noexcept { return const_iterator(&end_); }

private:
    // A ring closed by `end_`: no end is special, so no operation branches.
    struct sentinel : node {};

    void reset() noexcept { end_.next_ = end_.previous_ = &end_; }

    static void insert_before(node& place, T& object) noexcept {
        node& added = object;
        assert(!added.is_linked());
        added.next_ = &place;
        added.previous_ = place.previous_;
        place.previous_->next_ = &added;
        place.previous_ = &added;
    }

    sentinel end_;
};

}  // namespace eddy
