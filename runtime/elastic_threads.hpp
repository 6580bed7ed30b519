#pragma once

#include <eddy/blocking_pool.hpp>
#include <eddy/fork_count.hpp>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace eddy {

/// The threads of a blocking pool and their queue, under one mutex: beside work that blocks, a lock
/// costs nothing.
class elastic_threads {
public:
    explicit elastic_threads(const blocking_pool_options& options) : options_(options) {}
    elastic_threads(const elastic_threads&) = delete;
    elastic_threads& operator=(const elastic_threads&) = delete;
    ~elastic_threads() { shutdown(shutdown_mode::drain); }

    /// Whether the threads are those of another process. Then nothing may be waited for nor
    /// destroyed: a thread may have held anything at the time of the fork.
    bool is_in_forked_child() const noexcept { return fork_count() != forks_; }

    unsigned limit() const noexcept { return std::max(1U, options_.threads()); }
    std::size_t count() const;

    /// Takes the job over. Throws `pool_closed` or std::system_error, with it discarded.
    void submit(pool_job& job);

    void shutdown(shutdown_mode mode);

private:
    class worker;
    using thread_list = std::list<std::thread>;

    // Threads beyond the limit, in place of those that wait for other jobs. As many as a thread
    // pool has spare ones.
    static constexpr std::size_t most_replacements = 64;

    bool is_own_thread() const noexcept;

    // Under the lock.
    std::size_t running_threads() const noexcept { return threads_.size() - blocked_; }
    bool may_add_thread() const noexcept {
        return running_threads() < limit() && threads_.size() < limit() + most_replacements;
    }
    void append(pool_job& job) noexcept;
    pool_job* take_first() noexcept;
    void have_threads_for(std::size_t jobs);
    void start_thread();
    pool_job* next_job(std::unique_lock<std::mutex>& lock);

    void work(thread_list::iterator self);
    void discard_pending() noexcept;
    void join_those_who_left();

    const blocking_pool_options options_;
    const unsigned forks_ = fork_count();

    mutable std::mutex mutex_;  // of all that follows
    std::condition_variable job_added_;
    std::condition_variable thread_left_;

    pool_job* first_ = nullptr;
    pool_job* last_ = nullptr;
    std::size_t queued_ = 0;

    thread_list threads_;
    thread_list left_;         // threads that have ended, to be joined
    std::size_t idle_ = 0;     // of `threads_`: waiting for a job
    std::size_t blocked_ = 0;  // of `threads_`: in a job that waits for others
    bool closing_ = false;
    bool discarding_ = false;
};

}  // namespace eddy
