#include "work_scheduler.hpp"

#include <algorithm>
#include <array>
#include <system_error>

namespace eddy {
namespace {

// What a worker takes from outside at once; the others steal it from there. Fits into a new deque.
constexpr std::size_t jobs_per_batch = 32;

// Each has a slot from the beginning. (As a size, which the sum with others fits into.)
constexpr std::size_t most_spare_threads = 4096;

}  // namespace

work_scheduler::work_scheduler(const thread_pool_options& options)
    : threads_(std::max(1U, options.threads())),
      initializer_(options.initializer()),
      workers_(threads_ + std::min<std::size_t>(options.spare_threads(), most_spare_threads)) {
    try {
        const std::lock_guard lock(roster_);
        for (unsigned i = 0; i < threads_; ++i) start_worker();
    } catch (...) {
        shutdown(shutdown_mode::cancel_pending);
        throw;
    }
    wait_for_initializers();
}

void work_scheduler::submit(pool_job& job) {
    try {
        if (is_in_forked_child()) throw pool_closed(pool_of_the_parent);
        if (pool_worker* const self = pool_worker::current(*this))
            self->push(job);
        else if (!injected_.push(job))
            throw pool_closed("submit: the pool has been shut down");
    } catch (...) {
        job.discard();
        throw;
    }
    idle_.wake_one();
}

// Looking for work -----------------------------------------------------------------------------

pool_job* work_scheduler::search(pool_worker& self) {
    idle_.begin_search();
    while (!finished_.load(std::memory_order_relaxed)) {
        if (pool_job* const found = find_job(self)) {
            if (idle_.end_search() && has_jobs()) idle_.wake_one();
            return found;
        }
        if (step_aside()) continue;
        idle_.prepare_to_sleep();
        if (has_jobs()) {
            idle_.stay_awake();
            continue;
        }
        if (closing_.load(std::memory_order_seq_cst) && everybody_is_idle()) finish();
        idle_.sleep();
    }
    idle_.end_search();
    return nullptr;
}

pool_job* work_scheduler::find_job(pool_worker& self) {
    if (pool_job* const stolen = steal(self)) return stolen;
    return take_batch(self);
}

pool_job* work_scheduler::steal(pool_worker& self) noexcept {
    const std::size_t count = started_.load(std::memory_order_acquire);
    const std::size_t first = self.random() % count;
    for (std::size_t i = 0; i < count; ++i) {
        pool_worker& victim = *workers_[(first + i) % count];
        if (&victim == &self) continue;
        if (pool_job* const stolen = victim.steal()) return stolen;
    }
    return nullptr;
}

pool_job* work_scheduler::take_injected() noexcept {
    pool_job* one = nullptr;
    injected_.take(std::span(&one, 1));
    return one;
}

pool_job* work_scheduler::take_batch(pool_worker& self) {
    std::array<pool_job*, jobs_per_batch> batch;
    const std::size_t count = injected_.take(batch);
    if (count == 0) return nullptr;
    // The last pushed is the first to be popped.
    for (std::size_t i = count - 1; i > 0; --i) self.push(*batch[i]);
    return batch[0];
}

bool work_scheduler::has_jobs() const noexcept {
    const std::size_t count = started_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i)
        if (workers_[i]->has_jobs()) return true;
    return !injected_.is_empty();
}

// The roster -----------------------------------------------------------------------------------

// Under the lock of the roster.
void work_scheduler::start_worker() {
    const std::size_t number = started_.load(std::memory_order_relaxed);
    if (!workers_[number]) workers_[number] = std::make_unique<pool_worker>(*this, number);
    // Release: who reads the new count may look into the new worker.
    started_.store(number + 1, std::memory_order_release);
    try {
        workers_[number]->start_thread();
    } catch (...) {
        // The worker stays in its slot: a thief may be looking into it.
        started_.store(number, std::memory_order_relaxed);
        throw;
    }
    ++active_;
}

bool work_scheduler::initialize_worker() noexcept {
    if (!initializer_) return true;
    std::exception_ptr error;
    try {
        initializer_();
    } catch (...) {
        error = std::current_exception();
    }
    {
        const std::lock_guard lock(roster_);
        ++initialized_;
        roster_changed_.notify_all();
        if (!error) return true;
        initializer_error_ = error;
        ++failed_;
        --active_;
        recall_one();
    }
    idle_.wake_all();  // this may have been the last one that others wait for in a shutdown
    return false;
}

void work_scheduler::wait_for_initializers() {
    if (!initializer_) return;
    std::unique_lock lock(roster_);
    roster_changed_.wait(lock, [this] { return initialized_ >= threads_; });
    if (!initializer_error_) return;
    lock.unlock();
    shutdown(shutdown_mode::cancel_pending);
    std::rethrow_exception(initializer_error_);
}

bool work_scheduler::can_replace_worker() noexcept {
    const std::lock_guard lock(roster_);
    return aside_ > 0 || started_ < workers_.size();
}

void work_scheduler::worker_blocks() noexcept {
    const std::lock_guard lock(roster_);
    --active_;
    if (recall_one() || active_ >= threads_ || started_ == workers_.size()) return;
    try {
        start_worker();
    } catch (const std::exception&) {
        // No memory or no thread to be had: the pool is one thread short until this one goes on.
    }
}

// Under the lock of the roster. False: nobody is missing, or nobody stands aside.
bool work_scheduler::recall_one() noexcept {
    if (active_ >= threads_ || aside_ == 0) return false;
    --aside_;
    ++recalled_;
    ++active_;
    roster_changed_.notify_all();
    return true;
}

void work_scheduler::worker_goes_on() noexcept {
    const std::lock_guard lock(roster_);
    ++active_;
}

// True: this worker was one too many and has waited until it is not.
bool work_scheduler::step_aside() {
    if (active_.load(std::memory_order_relaxed) <= threads_) return false;
    std::unique_lock lock(roster_);
    if (active_ <= threads_ || closing_) return false;
    if (idle_.end_search() && has_jobs()) idle_.wake_one();
    --active_;
    ++aside_;
    roster_changed_.wait(lock, [this] { return recalled_ > 0 || finished_; });
    if (recalled_ > 0)
        --recalled_;
    else
        --aside_;
    idle_.begin_search();
    return true;
}

// The end --------------------------------------------------------------------------------------

void work_scheduler::shutdown(shutdown_mode mode) {
    if (is_in_forked_child()) return;
    if (pool_worker::current(*this) != nullptr)
        throw would_deadlock("shutdown: a job cannot wait for the end of its own pool");
    injected_.close();
    if (mode == shutdown_mode::cancel_pending) discard_pending();
    {
        const std::lock_guard lock(roster_);
        closing_ = true;
    }
    // One who finds all others asleep will call the end; so somebody has to look.
    idle_.wake_all();
    join_all();
}

// What is submitted from now on is discarded by the workers.
void work_scheduler::discard_pending() noexcept {
    discarding_ = true;
    while (pool_job* const injected = take_injected()) injected->discard();
    const std::size_t count = started_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i < count; ++i)
        while (pool_job* const stolen = workers_[i]->steal()) stolen->discard();
}

// Jobs may submit more until the last one is done, so no worker leaves before.
bool work_scheduler::everybody_is_idle() {
    const std::lock_guard lock(roster_);
    return idle_.asleep() + aside_ + failed_ == started_.load(std::memory_order_relaxed);
}

void work_scheduler::finish() {
    {
        const std::lock_guard lock(roster_);
        finished_ = true;
        roster_changed_.notify_all();
    }
    idle_.wake_all();
}

void work_scheduler::join_all() {
    const blocking_section blocking;
    const std::lock_guard lock(joining_);
    // A worker may start a spare until it ends, so the number of them is read every time.
    for (std::size_t i = 0; i < started_.load(std::memory_order_acquire); ++i) workers_[i]->join();
}

}  // namespace eddy
