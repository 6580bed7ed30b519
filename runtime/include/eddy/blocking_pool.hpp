#pragma once

#include <eddy/executor.hpp>
#include <eddy/map_results.hpp>
#include <eddy/pool_job.hpp>

#include <chrono>
#include <memory>
#include <ranges>

namespace eddy {

/// How a blocking pool is made: `blocking_pool_options().threads(16)`.
class blocking_pool_options {
public:
    blocking_pool_options() = default;

    /// How many threads may run at once. A job that waits for another one, with `result` and its
    /// like, does not count, so that there may be up to 64 threads more.
    blocking_pool_options& threads(unsigned limit) {
        threads_ = limit;
        return *this;
    }
    unsigned threads() const noexcept { return threads_; }

    /// How long a thread without work stays.
    blocking_pool_options& idle_timeout(std::chrono::nanoseconds time) {
        idle_timeout_ = time;
        return *this;
    }
    std::chrono::nanoseconds idle_timeout() const noexcept { return idle_timeout_; }

private:
    unsigned threads_ = 64;
    std::chrono::nanoseconds idle_timeout_ = std::chrono::seconds(10);
};

class elastic_threads;

/// Threads for work that blocks: files, name resolution, other people's libraries. It starts with
/// none, adds one whenever all are busy, up to a limit, and lets go those that stay idle. First in,
/// first out. Any thread may call anything.
class blocking_pool {
public:
    explicit blocking_pool(const blocking_pool_options& options = {});
    blocking_pool(const blocking_pool&) = delete;
    blocking_pool& operator=(const blocking_pool&) = delete;
    /// Waits for all submitted work and for the threads: `shutdown(shutdown_mode::drain)`. In a
    /// forked child there are none, and it waits for nothing.
    ~blocking_pool();

    /// The one behind `to_thread`, made when first needed; a forked child has one of its own. The
    /// end of the program shuts it down, and who comes later still gets `pool_closed`.
    static blocking_pool& shared();

    /// Calls `f` with the arguments, all taken by value, on a thread of the pool. An exception goes
    /// into the future. Throws `pool_closed` after a shutdown, unless a job of this pool calls it;
    /// std::system_error if there is no thread and none can be started.
    template <class... Arguments, submittable<Arguments...> Function>
    future<call_result<Function, Arguments...>> submit(Function&& f, Arguments&&... arguments) {
        using call = submitted_call<std::decay_t<Function>, std::decay_t<Arguments>...>;
        auto* const job = new call(threads_.get(), std::forward<Function>(f),
                                   std::forward<Arguments>(arguments)...);
        future<call_result<Function, Arguments...>> result(*job);
        enqueue(*job);
        return result;
    }

    /// Calls `f` for each element of the range; see `map_results`.
    template <class Function, std::ranges::viewable_range Range>
    auto map(Function f, Range&& range, map_options options = {}) {
        return map_over(*this, std::move(f), std::forward<Range>(range), options);
    }

    /// How many jobs may run at once.
    unsigned concurrency() const noexcept;
    /// How many threads there are now.
    std::size_t thread_count() const;

    /// Takes no more work from outside, waits for what is there or cancels it, then ends the
    /// threads. Throws `would_deadlock` if one of the pool's own jobs calls it.
    void shutdown(shutdown_mode mode = shutdown_mode::drain);

private:
    void enqueue(pool_job& job);

    std::unique_ptr<elastic_threads> threads_;
};

}  // namespace eddy
