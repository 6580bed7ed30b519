#pragma once

#include <eddy/wait_list.hpp>

#include <cassert>
#include <cstddef>
#include <deque>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace eddy {

/// `put` into a queue that was closed.
struct queue_closed : std::runtime_error {
    queue_closed() : std::runtime_error("put into a closed queue") {}
};

/// Passes values from tasks to tasks in order. Bounded: a full queue makes `put` wait. Waiting
/// tasks are served in the order in which they came, and a value is handed to them directly.
template <class T>
class queue {
public:
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

    class get_awaiter final : public waiter {
    public:
        explicit get_awaiter(queue& from) noexcept : from_(from) {}

        bool await_ready() {
            checkpoint();
            item_ = from_.try_get();
            return item_.has_value() || from_.closed_;
        }
        void await_suspend(coroutine caller) noexcept {
            from_.getters_.push_back(*this);
            park(caller);
        }
        // A task that was cancelled after a value had been handed to it still gets the value.
        std::optional<T> await_resume() {
            throw_if_interrupted();
            return std::move(item_);
        }
        std::string_view what() const noexcept override { return "queue, to get"; }

    private:
        friend class queue;
        queue& from_;
        std::optional<T> item_;
    };

    class put_awaiter final : public waiter {
    public:
        put_awaiter(queue& to, T item) : to_(to), item_(std::move(item)) {}

        bool await_ready() {
            checkpoint();
            if (to_.closed_) throw queue_closed();
            return to_.take_in(item_);
        }
        void await_suspend(coroutine caller) noexcept {
            waits_ = true;
            to_.putters_.push_back(*this);
            park(caller);
        }
        void await_resume() const {
            throw_if_interrupted();
            if (waits_) throw queue_closed();
        }
        std::string_view what() const noexcept override { return "queue, to put"; }

    private:
        friend class queue;
        queue& to_;
        T item_;
        bool waits_ = false;  // its item is still here
    };

    explicit queue(std::size_t capacity = unbounded) noexcept : capacity_(capacity) {
        assert(capacity > 0);
    }
    queue(const queue&) = delete;
    queue& operator=(const queue&) = delete;
    ~queue() { assert(getters_.empty() && putters_.empty() && "tasks still wait for this queue"); }

    /// Waits for a value. Empty: the queue is closed and nothing is left in it.
    get_awaiter get() noexcept { return get_awaiter(*this); }

    /// Waits until there is room, then puts the value in. Throws `queue_closed`.
    put_awaiter put(T item) { return put_awaiter(*this, std::move(item)); }

    /// The next value if there is one.
    std::optional<T> try_get() {
        if (items_.empty()) return std::nullopt;
        std::optional<T> item(std::move(items_.front()));
        items_.pop_front();
        if (!putters_.empty()) {
            put_awaiter& first = static_cast<put_awaiter&>(putters_.front());
            items_.push_back(std::move(first.item_));
            first.waits_ = false;
            waiter::wake_first(putters_);
        }
        return item;
    }

    /// False: the queue is full or closed, and the value was not taken.
    bool try_put(T item) { return !closed_ && take_in(item); }

    /// No more values come in. Those inside can still be got; tasks that wait to put are refused.
    void close() noexcept {
        closed_ = true;
        while (!getters_.empty()) waiter::wake_first(getters_);
        while (!putters_.empty()) waiter::wake_first(putters_);
    }

    bool is_closed() const noexcept { return closed_; }
    bool empty() const noexcept { return items_.empty(); }
    std::size_t size() const noexcept { return items_.size(); }

private:
    bool take_in(T& item) {
        if (!getters_.empty()) {
            static_cast<get_awaiter&>(getters_.front()).item_.emplace(std::move(item));
            waiter::wake_first(getters_);
            return true;
        }
        if (items_.size() >= capacity_) return false;
        items_.push_back(std::move(item));
        return true;
    }

    // Tasks wait to get only while it is empty, and to put only while it is full.
    const std::size_t capacity_;
    bool closed_ = false;
    std::deque<T> items_;
    wait_list getters_;
    wait_list putters_;
};

}  // namespace eddy
