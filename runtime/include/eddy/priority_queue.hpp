#pragma once

#include <eddy/queue.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <vector>

namespace eddy {

/// The least first; among equal ones the one that came first.
template <class T, std::strict_weak_order<const T&, const T&> Before = std::less<T>>
class priority_items {
public:
    using value_type = T;

    void push(T item) {
        entries_.emplace_back(std::move(item), pushed_++);
        std::ranges::push_heap(entries_, is_after);
    }
    T pop() {
        std::ranges::pop_heap(entries_, is_after);
        T least = std::move(entries_.back().item);
        entries_.pop_back();
        return least;
    }
    std::size_t size() const noexcept { return entries_.size(); }
    bool empty() const noexcept { return entries_.empty(); }

private:
    struct entry {
        entry(T of, std::uint64_t came) : item(std::move(of)), place(came) {}
        T item;
        std::uint64_t place;
    };

    static bool is_after(const entry& one, const entry& other) {
        if (Before()(other.item, one.item)) return true;
        return one.place > other.place && !Before()(one.item, other.item);
    }

    std::vector<entry> entries_;  // a heap with the next one on top
    std::uint64_t pushed_ = 0;
};

/// A queue that passes the least of its values on first, as `Before` orders them.
template <class T, class Before = std::less<T>>
using priority_queue = basic_queue<priority_items<T, Before>>;

}  // namespace eddy
