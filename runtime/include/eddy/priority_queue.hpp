#pragma once

#include <eddy/queue.hpp>

#include <concepts>
#include <functional>
#include <set>

namespace eddy {

/// The least first; among equal ones the one that came first.
template <class T, std::strict_weak_order<const T&, const T&> Before = std::less<T>>
class priority_items {
public:
    using value_type = T;

    // Not a heap: that would lose a value where `Before` throws.
    void push(T item) { items_.insert(std::move(item)); }
    T pop() { return std::move(items_.extract(items_.begin()).value()); }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

private:
    std::multiset<T, Before> items_;
};

/// A queue that passes the least of its values on first, as `Before` orders them.
template <class T, class Before = std::less<T>>
using priority_queue = basic_queue<priority_items<T, Before>>;

}  // namespace eddy
