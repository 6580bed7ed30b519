#pragma once

#include <eddy/queue.hpp>

#include <vector>

namespace eddy {

/// Last in, first out.
template <class T>
class lifo_items {
public:
    using value_type = T;

    void push(T item) { items_.push_back(std::move(item)); }
    T pop() {
        T last = std::move(items_.back());
        items_.pop_back();
        return last;
    }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

private:
    std::vector<T> items_;
};

/// A queue that passes the newest of its values on first.
template <class T>
using lifo_queue = basic_queue<lifo_items<T>>;

}  // namespace eddy
