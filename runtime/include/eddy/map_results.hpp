#pragma once

#include <eddy/executor.hpp>
#include <eddy/task.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <utility>
#include <variant>
#include <vector>

namespace eddy {

/// How `map` divides its work: `map_options().chunksize(100)`.
class map_options {
public:
    /// How many elements make one job. More of them share the cost of a submit, but fail together
    /// and are not spread over the workers.
    map_options& chunksize(std::size_t elements) {
        chunksize_ = std::max<std::size_t>(1, elements);
        return *this;
    }
    std::size_t chunksize() const noexcept { return chunksize_; }

    /// How many chunks may be under way or wait to be read; the rest of the range is not touched
    /// before. The default is 32 for each worker.
    map_options& buffersize(std::size_t chunks) {
        buffersize_ = std::max<std::size_t>(1, chunks);
        return *this;
    }
    std::optional<std::size_t> buffersize() const noexcept { return buffersize_; }

private:
    std::size_t chunksize_ = 1;
    std::optional<std::size_t> buffersize_;
};

/// What a job of `map` does: calls the function for each element of a chunk. It is empty where the
/// function is, so that it can go wherever the function can.
template <class Function, class Element>
struct mapped_chunk {
    using call = call_result<Function, Element>;
    using value = std::conditional_t<std::is_void_v<call>, std::monostate, call>;

    std::vector<value> operator()(std::vector<Element> chunk) {
        std::vector<value> values;
        values.reserve(chunk.size());
        for (auto&& element : chunk) {
            if constexpr (std::is_void_v<call>) {
                std::invoke(function, static_cast<Element>(std::move(element)));
                values.emplace_back();
            } else {
                values.push_back(std::invoke(function, static_cast<Element>(std::move(element))));
            }
        }
        return values;
    }

    [[no_unique_address]] Function function;
};

/// The results of `map`, in the order of the range, which is read as they are asked for. In a
/// for loop it blocks; in a coroutine, `while (auto value = co_await results.next())`. A chunk that
/// fails throws once, in its place. Destroying it cancels the rest as `future::cancel` does, so in
/// a process pool also what is running. A function without a result gives std::monostate.
template <executor Pool, class Function, std::ranges::view View>
class map_results {
    using element = std::ranges::range_value_t<View>;
    using chunk_call = mapped_chunk<Function, element>;

public:
    using value_type = typename chunk_call::value;

    map_results(Pool& pool, Function f, View elements, const map_options& options)
        : pool_(pool),
          f_(std::move(f)),
          chunksize_(options.chunksize()),
          buffersize_(options.buffersize().value_or(32 * pool.concurrency())),
          elements_(std::move(elements)),
          at_(std::ranges::begin(elements_)) {
        submit_ahead();
        is_at_end();
    }
    map_results(const map_results&) = delete;
    map_results& operator=(const map_results&) = delete;
    ~map_results() {
        for (auto& chunk : submitted_) chunk.cancel();
    }

    /// The next value, or none after the last one.
    task<std::optional<value_type>> next() {
        while (values_read_ == values_.size()) {
            if (is_at_end()) co_return std::nullopt;
            // Where this is cancelled, the chunk stays for the one who asks again.
            co_await done_awaiter(submitted_.front().core());
            open(take_oldest().result());
        }
        co_return take_value();
    }

    /// The same, but blocks the thread.
    std::optional<value_type> next_blocking() {
        while (values_read_ == values_.size()) {
            if (is_at_end()) return std::nullopt;
            open(take_oldest().result());
        }
        return take_value();
    }

    class iterator {
    public:
        using value_type = map_results::value_type;
        using difference_type = std::ptrdiff_t;

        explicit iterator(map_results& of) : of_(&of) { ++*this; }

        value_type& operator*() const noexcept { return *of_->current_; }
        iterator& operator++() {
            of_->current_ = of_->next_blocking();
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return !of_->current_; }

    private:
        map_results* of_;
    };

    iterator begin() { return iterator(*this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    void submit_ahead() noexcept {
        try {
            while (!failure_ && submitted_.size() < buffersize_ && !has_read_all()) {
                std::vector<element> chunk = read_chunk();
                if (!chunk.empty())
                    submitted_.push_back(pool_.submit(chunk_call{f_}, std::move(chunk)));
            }
        } catch (...) {
            failure_ = std::current_exception();
        }
    }

    bool has_read_all() { return at_ == std::ranges::end(elements_); }

    // Shorter if the range fails.
    std::vector<element> read_chunk() {
        std::vector<element> chunk;
        chunk.reserve(chunksize_);
        try {
            for (; chunk.size() < chunksize_ && !has_read_all(); ++at_) chunk.push_back(*at_);
        } catch (...) {
            failure_ = std::current_exception();
        }
        return chunk;
    }

    // Throws, once, what has ended the range early, when everything in front of it was given.
    bool is_at_end() {
        if (!submitted_.empty()) return false;
        if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
        return true;
    }

    future<std::vector<value_type>> take_oldest() {
        future<std::vector<value_type>> oldest = std::move(submitted_.front());
        submitted_.pop_front();
        submit_ahead();
        return oldest;
    }

    void open(std::vector<value_type> values) {
        values_ = std::move(values);
        values_read_ = 0;
    }

    value_type take_value() { return std::move(values_[values_read_++]); }

    Pool& pool_;
    Function f_;
    std::size_t chunksize_;
    std::size_t buffersize_;
    View elements_;
    std::ranges::iterator_t<View> at_;

    std::deque<future<std::vector<value_type>>> submitted_;  // the oldest first
    std::exception_ptr failure_;                             // of the range, or of the pool
    std::vector<value_type> values_;                         // of the chunk that is being read
    std::size_t values_read_ = 0;
    std::optional<value_type> current_;  // what the iterator points to
};

/// Calls `f` for each element of the range on a pool, as its member `map` does.
template <executor Pool, std::copy_constructible Function, std::ranges::viewable_range Range>
auto map_over(Pool& pool, Function f, Range&& range, const map_options& options = {}) {
    using view = std::views::all_t<Range>;
    return map_results<Pool, Function, view>(pool, std::move(f),
                                             std::views::all(std::forward<Range>(range)), options);
}

}  // namespace eddy
