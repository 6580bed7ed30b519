#pragma once

#include <eddy/executor.hpp>
#include <eddy/fork_count.hpp>
#include <eddy/thread_pool_options.hpp>

#include "idle_workers.hpp"
#include "injection_queue.hpp"
#include "pool_worker.hpp"

#include <atomic>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <vector>

namespace eddy {

/// What the workers of a thread pool share: the jobs from outside, the sleepers, and the roster of
/// threads.
///
/// A worker that blocks inside of a job is replaced by a spare thread, so that `threads` of them
/// can always run. When it goes on there is one too many; the first to run out of work steps aside.
class work_scheduler {
public:
    explicit work_scheduler(const thread_pool_options& options);
    work_scheduler(const work_scheduler&) = delete;
    work_scheduler& operator=(const work_scheduler&) = delete;
    ~work_scheduler() { shutdown(shutdown_mode::drain); }

    /// Any thread. Takes the job over. Throws `pool_closed` or std::bad_alloc, with it discarded.
    void submit(pool_job& job);

    /// Waits for the jobs that are there (`drain`) or cancels them, then ends the threads.
    void shutdown(shutdown_mode mode);

    /// Whether the threads are those of another process. Then nothing may be waited for nor
    /// destroyed.
    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    unsigned threads() const noexcept { return threads_; }

    // For the workers --------------------------------------------------------------------------

    /// Runs the initializer. False: it threw, and the thread must end.
    bool initialize_worker() noexcept;

    /// Finds a job, or sleeps until there is one. Null: the pool has shut down.
    pool_job* search(pool_worker& self);

    pool_job* take_injected() noexcept;

    bool discards() const noexcept { return discarding_.load(std::memory_order_relaxed); }

    /// A worker leaves a job of its own to whoever is free. Throws std::bad_alloc.
    void push(pool_worker& self, pool_job& job) {
        self.push(job);
        idle_.wake_one();
    }

    /// Whether another thread takes the place of a worker that blocks now. (Most likely: another
    /// worker may be faster.)
    bool can_replace_worker() noexcept;
    void worker_blocks() noexcept;
    void worker_goes_on() noexcept;

private:
    pool_job* find_job(pool_worker& self);
    pool_job* steal(pool_worker& self) noexcept;
    pool_job* take_batch(pool_worker& self);
    bool has_jobs() const noexcept;

    void start_worker();
    void wait_for_initializers();
    bool recall_one() noexcept;
    bool step_aside();
    bool everybody_is_idle();
    void finish();
    void discard_pending() noexcept;
    void join_all();

    const unsigned threads_;
    const unsigned forks_ = fork_count();
    const std::function<void()> initializer_;

    injection_queue injected_;
    idle_workers idle_;

    // Slots are filled in order and never emptied; thieves read the first `started_`, unlocked.
    std::vector<std::unique_ptr<pool_worker>> workers_;
    std::atomic<std::size_t> started_ = 0;

    std::atomic<bool> discarding_ = false;
    std::atomic<bool> finished_ = false;

    std::mutex roster_;  // of what follows
    std::condition_variable roster_changed_;
    std::atomic<unsigned> active_ = 0;  // neither blocked nor aside; atomic for a first look
    std::size_t aside_ = 0;             // waiting until a worker blocks
    std::size_t recalled_ = 0;          // stood aside, and told to go on
    std::size_t failed_ = 0;            // ended by an exception of the initializer
    std::size_t initialized_ = 0;
    std::exception_ptr initializer_error_;
    std::atomic<bool> closing_ = false;

    std::mutex joining_;
};

}  // namespace eddy
