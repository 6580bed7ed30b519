#pragma once

#include <utility>

namespace eddy {

class pool_job;

/// A thread of a pool, as seen by code that is about to block on it. Whoever blocks a thread asks
/// `current` first: a pool whose threads all wait for work that stands in its own queue is stuck.
class waiting_worker {
public:
    /// The worker that the calling thread is, or null.
    static waiting_worker* current() noexcept { return current_; }

    /// Whose worker it is; only the address counts.
    const void* pool() const noexcept { return pool_; }

    /// Runs a job of its pool at once, unless somebody has started it, or so many wait in each
    /// other on this stack that it is better to block.
    virtual void run_now(pool_job& job) noexcept = 0;

    /// Runs one job that the current job has submitted itself. False: there is none. Foreign jobs
    /// are left alone: one that wants a lock held by the current job would never get it.
    virtual bool run_descendant() noexcept = 0;

    /// The thread is about to block: the pool may let another one take its place.
    virtual void begin_blocking() noexcept = 0;
    virtual void end_blocking() noexcept = 0;

protected:
    explicit waiting_worker(const void* pool) noexcept : pool_(pool) {}
    waiting_worker(const waiting_worker&) = delete;
    waiting_worker& operator=(const waiting_worker&) = delete;
    ~waiting_worker() = default;

    // Makes a worker the current one of its thread.
    class here {
    public:
        explicit here(waiting_worker& worker) noexcept : outer_(std::exchange(current_, &worker)) {}
        here(const here&) = delete;
        here& operator=(const here&) = delete;
        ~here() { current_ = outer_; }

    private:
        waiting_worker* outer_;
    };

private:
    static inline constinit thread_local waiting_worker* current_ = nullptr;

    const void* pool_;
};

/// Stands around code that blocks the thread: on a pool's worker, another thread takes its place.
class blocking_section {
public:
    blocking_section() noexcept : worker_(waiting_worker::current()) {
        if (worker_ != nullptr) worker_->begin_blocking();
    }
    blocking_section(const blocking_section&) = delete;
    blocking_section& operator=(const blocking_section&) = delete;
    ~blocking_section() {
        if (worker_ != nullptr) worker_->end_blocking();
    }

private:
    waiting_worker* worker_;
};

}  // namespace eddy
