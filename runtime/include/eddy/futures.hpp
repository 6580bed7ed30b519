#pragma once

#include <eddy/completion_queue.hpp>
#include <eddy/future.hpp>
#include <eddy/return_when.hpp>

#include <chrono>
#include <iterator>
#include <optional>
#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

namespace eddy {

template <class T>
inline constexpr bool is_future = false;
template <class T>
inline constexpr bool is_future<future<T>> = true;

/// A range of futures that stay where they are: a vector, an array, a part of one.
template <class Range>
concept future_range = std::ranges::input_range<Range> &&
                       std::is_lvalue_reference_v<std::ranges::range_reference_t<Range>> &&
                       is_future<std::ranges::range_value_t<Range>>;

/// Pointers to the futures of a range, in its order.
template <future_range Range>
auto pointers_to(Range& futures) {
    std::vector<std::ranges::range_value_t<Range>*> pointers;
    for (auto& each : futures) pointers.push_back(&each);
    return pointers;
}

template <class Future>
std::vector<future_core*> cores_of(const std::vector<Future*>& futures) {
    std::vector<future_core*> cores;
    for (Future* const each : futures) cores.push_back(&each->core());
    return cores;
}

/// The futures of a range in the order in which they end. In a for loop it blocks; in a coroutine,
/// `while (auto* ended = co_await completions.next())`. They must stay until they were given.
template <std::ranges::view View>
class completions {
public:
    using future_type = std::ranges::range_value_t<View>;

    completions(View futures, std::optional<std::chrono::nanoseconds> timeout)
        : owned_(std::move(futures)), futures_(pointers_to(owned_)), queue_(cores_of(futures_)) {
        if (timeout) deadline_ = deadline_after(*timeout);
    }

    class [[nodiscard]] awaiter : public completion_queue::awaiter {
    public:
        explicit awaiter(completions& of) noexcept
            : completion_queue::awaiter(of.queue_), of_(of) {}
        future_type* await_resume() {
            return of_.future_at(completion_queue::awaiter::await_resume());
        }

    private:
        completions& of_;
    };

    /// The next future that ends; null after the last one.
    awaiter next() noexcept { return awaiter(*this); }

    /// The same, but blocks the thread. Throws `timeout_error` when the time has come.
    future_type* next_blocking() {
        const std::optional<std::size_t> number = queue_.take(deadline_);
        if (!number && queue_.left() > 0) throw timeout_error("futures took too long to end");
        return future_at(number);
    }

    class iterator {
    public:
        using value_type = future_type;
        using difference_type = std::ptrdiff_t;

        explicit iterator(completions& of) : of_(&of), at_(of.next_blocking()) {}

        future_type& operator*() const noexcept { return *at_; }
        iterator& operator++() {
            at_ = of_->next_blocking();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return at_ == nullptr; }

    private:
        completions* of_;
        future_type* at_;
    };

    iterator begin() { return iterator(*this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    future_type* future_at(std::optional<std::size_t> number) const noexcept {
        return number ? futures_[*number] : nullptr;
    }

    View owned_;
    std::vector<future_type*> futures_;
    completion_queue queue_;
    std::optional<future_core::time_point> deadline_;
};

/// Gives futures as they end: `for (auto& ended : as_completed(futures))`. Takes over a temporary
/// range, borrows any other.
template <future_range Range>
auto as_completed(Range&& futures, std::optional<std::chrono::nanoseconds> timeout = std::nullopt) {
    return completions<std::views::all_t<Range>>(std::views::all(std::forward<Range>(futures)),
                                                 timeout);
}

/// What `wait` has seen: the futures that have ended, in that order, and the others.
template <class Future>
struct waited {
    std::vector<Future*> done;
    std::vector<Future*> not_done;
};

/// Blocks until futures have ended, as many as `when` says, or until the timeout; then the others
/// go on. Throws nothing that they have thrown.
template <future_range Range>
auto wait(Range& futures, return_when when = return_when::all_completed,
          std::optional<std::chrono::nanoseconds> timeout = std::nullopt) {
    waited<std::ranges::range_value_t<Range>> seen;
    seen.not_done = pointers_to(futures);
    completion_queue queue(cores_of(seen.not_done));

    const auto deadline = timeout ? std::optional(deadline_after(*timeout)) : std::nullopt;
    const auto is_enough = [&seen, when] {
        if (seen.done.empty() || when == return_when::all_completed) return false;
        if (when == return_when::first_completed) return true;
        auto& last = *seen.done.back();
        return !last.cancelled() && last.exception() != nullptr;
    };
    bool enough = false;
    // What has ended meanwhile belongs to the done ones too.
    while (const auto number = enough ? queue.try_take() : queue.take(deadline)) {
        seen.done.push_back(std::exchange(seen.not_done[*number], nullptr));
        enough = enough || is_enough();
    }
    std::erase(seen.not_done, nullptr);
    return seen;
}

}  // namespace eddy
