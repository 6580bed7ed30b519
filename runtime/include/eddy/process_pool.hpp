#pragma once

#include <eddy/executor.hpp>
#include <eddy/map_results.hpp>
#include <eddy/process_error.hpp>
#include <eddy/process_init.hpp>
#include <eddy/process_job.hpp>
#include <eddy/process_pool_options.hpp>
#include <eddy/stop_requested.hpp>

#include <memory>
#include <ranges>
#include <thread>

namespace eddy {

class process_scheduler;

/// What can be called in another process. (That the types can be sent is asserted, with a reason.)
template <class Function, class... Arguments>
concept remotely_invocable = std::invocable<std::decay_t<Function>, sent_argument<Arguments>...>;

/// A pool together with how its calls are to be run; what `process_pool::with` gives. Borrows the
/// pool, and is an executor like it.
class process_pool_view {
public:
    template <class Function, class... Arguments>
        requires remotely_invocable<Function, Arguments...>
    future<remote_result<Function, Arguments...>> submit(const Function& f,
                                                         const Arguments&... arguments) {
        using value = remote_result<Function, Arguments...>;
        auto* const job =
            new submitted_process_call<value>(make_remote_call(f, arguments...), options_);
        future<value> result(*job);
        enqueue(*job);
        return result;
    }

    /// Borrows the view while it goes on.
    template <class Function, std::ranges::viewable_range Range>
    auto map(Function f, Range&& range, map_options options = {}) & {
        return map_over(*this, std::move(f), std::forward<Range>(range), options);
    }

    unsigned concurrency() const noexcept;

private:
    friend class process_pool;

    process_pool_view(process_scheduler& scheduler, const process_call_options& options) noexcept
        : scheduler_(&scheduler), options_(options) {}

    void enqueue(process_job& job);

    process_scheduler* scheduler_;
    process_call_options options_;
};

/// Calls functions in worker processes: this same program, started again. `main` must begin with
/// `process_init`. A worker that crashes costs the one call it was running and is replaced.
///
/// Made inside of a running loop, the pool uses that loop, and must be destroyed on its thread
/// before the loop ends; elsewhere it has a thread for its own. Calls may be submitted by any
/// thread, but on the loop's thread results must be awaited: blocking throws `would_deadlock`.
class process_pool {
public:
    /// Starts no worker yet. Throws `process_init_missing`.
    explicit process_pool(const process_pool_options& options = {});
    explicit process_pool(unsigned workers)
        : process_pool(process_pool_options().workers(workers)) {}
    process_pool(const process_pool&) = delete;
    process_pool& operator=(const process_pool&) = delete;
    /// Cancels what has not ended, kills the workers that run something, and waits until they are
    /// gone: milliseconds. To have the work completed, call `shutdown` before. In a callback on the
    /// pool's own thread it leaves that to end by itself; in a forked child, all to the parent.
    ~process_pool();

    /// Calls `f` in a worker: a lambda without captures, or `fn<&function>`. The arguments and the
    /// result are copied by cereal; an exception goes into the future. Throws `pool_closed` after a
    /// shutdown, `broken_process_pool`, and std::system_error where shared memory runs out.
    template <class Function, class... Arguments>
        requires remotely_invocable<Function, Arguments...>
    future<remote_result<Function, Arguments...>> submit(const Function& f,
                                                         const Arguments&... arguments) {
        return with(process_call_options()).submit(f, arguments...);
    }

    /// The same pool for calls that may be repeated, or have a time limit.
    process_pool_view with(const process_call_options& options) noexcept {
        return process_pool_view(*scheduler_, options);
    }

    /// Calls `f` for each element of the range; see `map_results`.
    template <class Function, std::ranges::viewable_range Range>
    auto map(Function f, Range&& range, map_options options = {}) {
        return map_over(*this, std::move(f), std::forward<Range>(range), options);
    }

    /// How many calls run at once.
    unsigned concurrency() const noexcept;

    /// Takes no more calls, waits for those that are there or cancels the ones not started, and
    /// ends the workers. On the thread of the pool's loop it throws `would_deadlock`.
    void shutdown(shutdown_mode mode = shutdown_mode::drain);

    /// The same for a coroutine: `co_await pool.shutdown_async()`.
    future<void> shutdown_async(shutdown_mode mode = shutdown_mode::drain);

private:
    std::shared_ptr<process_scheduler> scheduler_;
    std::thread thread_;  // only where there was no loop
};

}  // namespace eddy
