#pragma once

#include <eddy/executor.hpp>
#include <eddy/map_results.hpp>
#include <eddy/pool_job.hpp>
#include <eddy/thread_pool_options.hpp>

#include <memory>
#include <ranges>

namespace eddy {

class work_scheduler;

/// A fixed number of threads for work that computes; work that blocks belongs into `to_thread`.
/// Jobs may submit jobs, and wait for them: such a wait does the work itself where it can, and does
/// not keep a thread. Idle workers take work from busy ones, and sleep when there is none.
class thread_pool {
public:
    /// Starts the threads. Throws std::system_error if that fails, or what the initializer throws.
    explicit thread_pool(const thread_pool_options& options = {});
    explicit thread_pool(unsigned threads) : thread_pool(thread_pool_options().threads(threads)) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    /// Waits for all submitted work and for the threads: `shutdown(shutdown_mode::drain)`. In a
    /// forked child there are none, and it waits for nothing.
    ~thread_pool();

    /// Calls `f` with the arguments, all taken by value, on a thread of the pool. An exception goes
    /// into the future. Throws `pool_closed` after a shutdown, unless a job of this pool calls it.
    template <class... Arguments, submittable<Arguments...> Function>
    future<call_result<Function, Arguments...>> submit(Function&& f, Arguments&&... arguments) {
        using call = submitted_call<std::decay_t<Function>, std::decay_t<Arguments>...>;
        auto* const job = new call(scheduler_.get(), std::forward<Function>(f),
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

    /// How many jobs run at once.
    unsigned concurrency() const noexcept;

    /// Takes no more work from outside, waits for what is there or cancels it, then ends the
    /// threads. Throws `would_deadlock` if one of the pool's own jobs calls it.
    void shutdown(shutdown_mode mode = shutdown_mode::drain);

private:
    friend class forked_job;

    void enqueue(pool_job& job);

    std::unique_ptr<work_scheduler> scheduler_;
};

}  // namespace eddy
