#pragma once

#include <eddy/event.hpp>
#include <eddy/wait_list.hpp>

#include <cassert>
#include <concepts>
#include <cstddef>
#include <deque>
#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace eddy {

/// `put` into a queue that was closed.
struct queue_closed : std::runtime_error {
    queue_closed() : std::runtime_error("put into a closed queue") {}
};

/// Where a queue keeps its values, and which of them comes next: of type `Items::value_type`.
template <class Items>
concept queue_items = requires(Items items, typename Items::value_type item) {
    items.push(std::move(item));
    { items.pop() } -> std::same_as<typename Items::value_type>;
    { std::as_const(items).size() } -> std::same_as<std::size_t>;
    { std::as_const(items).empty() } -> std::same_as<bool>;
};

/// Passes values from tasks to tasks, in the order that `Items` keeps. Bounded: a full queue makes
/// `put` wait. Waiting tasks are served in the order in which they came, and a value is handed to
/// them directly.
template <queue_items Items>
class basic_queue {
    using T = typename Items::value_type;

public:
    static constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

    class [[nodiscard]] get_awaiter final : public waiter {
    public:
        explicit get_awaiter(basic_queue& from) noexcept : from_(from) {}

        bool await_ready() {
            checkpoint();
            if (from_.empty()) return from_.closed_;
            item_.emplace(from_.take_out());
            return true;
        }
        void await_suspend(coroutine caller) noexcept {
            from_.getters_.push_back(*this);
            park(caller);
        }
        // A task that was cancelled after a value had been handed to it still gets the value.
        std::optional<T> await_resume() {
            throw_if_interrupted();
            // Not moved as a whole: a small one would be loaded in one piece, and that has to wait
            // for the two stores, value and flag, that made it: 4 % of a round trip.
            if (!item_) return std::nullopt;
            return std::optional<T>(std::in_place, std::move(*item_));
        }
        std::string_view what() const noexcept override { return "queue, to get"; }

    private:
        friend class basic_queue;
        basic_queue& from_;
        std::optional<T> item_;
    };

    class [[nodiscard]] put_awaiter final : public waiter {
    public:
        put_awaiter(basic_queue& to, T item) : to_(to), item_(std::move(item)) {}

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
            if (waits_) refuse();
        }
        std::string_view what() const noexcept override { return "queue, to put"; }

    private:
        friend class basic_queue;
        [[noreturn]] void refuse() const {
            if (failure_) std::rethrow_exception(failure_);
            throw queue_closed();
        }

        basic_queue& to_;
        T item_;
        bool waits_ = false;          // its item is still here
        std::exception_ptr failure_;  // what kept its item from going in
    };

    explicit basic_queue(std::size_t capacity = unbounded) noexcept : capacity_(capacity) {
        assert(capacity > 0);
        all_finished_.set();
    }
    basic_queue(const basic_queue&) = delete;
    basic_queue& operator=(const basic_queue&) = delete;
    ~basic_queue() {
        assert(getters_.empty() && putters_.empty() && "tasks still wait for this queue");
    }

    /// Waits for a value. Empty: the queue is closed and nothing is left in it.
    get_awaiter get() noexcept { return get_awaiter(*this); }

    /// Waits until there is room, then puts the value in. Throws `queue_closed`.
    put_awaiter put(T item) { return put_awaiter(*this, std::move(item)); }

    /// The next value if there is one.
    std::optional<T> try_get() {
        if (empty()) return std::nullopt;
        return std::optional<T>(take_out());
    }

    /// False: the queue is full or closed, and the value was not taken.
    bool try_put(T item) { return !closed_ && take_in(item); }

    /// No more values come in. Those inside can still be got; tasks that wait to put are refused.
    void close() noexcept {
        closed_ = true;
        while (!getters_.empty()) waiter::wake_first(getters_);
        while (!putters_.empty()) waiter::wake_first(putters_);
    }

    /// Says that the work on one value that was got is finished: once for each value, if at all.
    void task_done() noexcept {
        assert(unfinished_ > 0 && "task_done was called more often than values came in");
        if (--unfinished_ == 0) all_finished_.set();
    }

    /// Waits until `task_done` was called for every value that came in.
    event::awaiter join() noexcept { return all_finished_.wait(); }

    bool is_closed() const noexcept { return closed_; }
    bool empty() const noexcept { return items_.empty(); }
    std::size_t size() const noexcept { return items_.size(); }

private:
    T take_out() {
        T item(items_.pop());
        if (!putters_.empty()) let_one_in();
        return item;
    }

    // Out of line, for what catches exceptions is not inlined well: 24 % of a round trip.
    [[gnu::noinline]] void let_one_in() noexcept {
        while (!putters_.empty() && !let_first_in()) continue;
    }

    // False: its item could not be moved, which is the putter's failure and not of the one who has
    // made room.
    bool let_first_in() noexcept {
        put_awaiter& first = static_cast<put_awaiter&>(putters_.front());
        try {
            items_.push(std::move(first.item_));
            count_in();
            first.waits_ = false;
        } catch (...) {
            first.failure_ = std::current_exception();
        }
        waiter::wake_first(putters_);  // which only makes its task ready
        return !first.waits_;
    }

    bool take_in(T& item) {
        if (!getters_.empty()) {
            static_cast<get_awaiter&>(getters_.front()).item_.emplace(std::move(item));
            waiter::wake_first(getters_);
        } else if (size() < capacity_) {
            items_.push(std::move(item));
        } else {
            return false;
        }
        count_in();
        return true;
    }

    void count_in() noexcept {
        ++unfinished_;
        all_finished_.clear();
    }

    // Tasks wait to get only while it is empty, and to put only while it is full.
    const std::size_t capacity_;
    bool closed_ = false;
    Items items_;
    wait_list getters_;
    wait_list putters_;

    // Set while no value is unfinished.
    event all_finished_;
    std::size_t unfinished_ = 0;  // came in, and `task_done` was not called for it
};

/// First in, first out.
template <class T>
class fifo_items {
public:
    using value_type = T;

    void push(T item) { items_.push_back(std::move(item)); }
    T pop() {
        T first = std::move(items_.front());
        items_.pop_front();
        return first;
    }
    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }

private:
    std::deque<T> items_;
};

/// Passes values on in the order in which they came in.
template <class T>
using queue = basic_queue<fifo_items<T>>;

}  // namespace eddy
