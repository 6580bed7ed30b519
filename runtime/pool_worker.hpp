#pragma once

#include <eddy/pool_job.hpp>

#include "work_stealing_deque.hpp"

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>

namespace eddy {

class work_scheduler;

/// One thread of a work-stealing pool, with the jobs that its jobs have submitted.
class pool_worker final : public waiting_worker {
public:
    pool_worker(work_scheduler& scheduler, std::size_t number)
        : waiting_worker(&scheduler),
          scheduler_(scheduler),
          random_(static_cast<std::uint_fast32_t>(number + 1)) {}

    /// The worker of this very pool that the calling thread is, or null.
    static pool_worker* current(const work_scheduler& of) noexcept {
        waiting_worker* const worker = waiting_worker::current();
        if (worker == nullptr || worker->pool() != &of) return nullptr;
        return static_cast<pool_worker*>(worker);
    }

    void start_thread();
    void join() {
        if (thread_.joinable()) thread_.join();
    }

    /// Leaves a job to this worker, on whose thread the caller is. Throws std::bad_alloc.
    void push(pool_job& added) { jobs_.push(&added); }

    /// Any thread.
    pool_job* steal() noexcept { return jobs_.steal(); }
    bool has_jobs() const noexcept { return !jobs_.is_empty(); }

    /// Takes back the job pushed last, on the worker's own thread. False: it was stolen, or others
    /// lie above it, which must be run first.
    bool take_back(const pool_job& pushed) noexcept { return jobs_.pop_if(&pushed); }

    /// On the worker's own thread: sleeps until `wake`, which any thread calls once for each sleep.
    void sleep_until_woken();
    void wake();

    std::uint64_t random() noexcept { return random_(); }

    void run_now(pool_job& job) noexcept override;
    bool run_descendant() noexcept override;
    void begin_blocking() noexcept override;
    void end_blocking() noexcept override;

private:
    void work();
    pool_job* next_job();
    void run(pool_job& job) noexcept;
    bool is_nested_too_deeply() const noexcept;

    class current_job;

    work_scheduler& scheduler_;
    work_stealing_deque<pool_job> jobs_;
    // What lies at or above this height was pushed by the job that is running, or by its own.
    std::int64_t floor_ = 0;
    unsigned nested_jobs_ = 0;  // on this stack: each but the last waits for another one
    unsigned turns_ = 0;
    std::minstd_rand random_;
    std::thread thread_;

    std::mutex sleeping_;
    std::condition_variable woken_up_;
    bool woken_ = false;
};

}  // namespace eddy
