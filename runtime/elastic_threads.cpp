#include "elastic_threads.hpp"

#include "make_thread.hpp"

namespace eddy {

// A thread of the pool, seen by jobs that wait for other jobs.
class elastic_threads::worker final : public waiting_worker {
public:
    explicit worker(elastic_threads& of) noexcept
        : waiting_worker(&of), of_(of), on_this_thread_(*this) {}

    void run_now(pool_job& job) noexcept override { job.run_ahead(); }
    bool run_descendant() noexcept override { return false; }

    void begin_blocking() noexcept override {
        const std::lock_guard lock(of_.mutex_);
        ++of_.blocked_;
        of_.have_threads_for(of_.queued_);
    }
    void end_blocking() noexcept override {
        const std::lock_guard lock(of_.mutex_);
        --of_.blocked_;
    }

private:
    elastic_threads& of_;
    here on_this_thread_;
};

std::size_t elastic_threads::count() const {
    const std::lock_guard lock(mutex_);
    return threads_.size();
}

bool elastic_threads::is_own_thread() const noexcept {
    const waiting_worker* const current = waiting_worker::current();
    return current != nullptr && current->pool() == this;
}

// The queue ------------------------------------------------------------------------------------

void elastic_threads::append(pool_job& job) noexcept {
    job.next = nullptr;
    (first_ == nullptr ? first_ : last_->next) = &job;
    last_ = &job;
    ++queued_;
}

pool_job* elastic_threads::take_first() noexcept {
    --queued_;
    return std::exchange(first_, first_->next);
}

void elastic_threads::submit(pool_job& job) {
    try {
        if (is_in_forked_child()) throw pool_closed(pool_of_the_parent);
        join_those_who_left();
        const std::lock_guard lock(mutex_);
        if (closing_ && !is_own_thread()) throw pool_closed("submit: the pool has been shut down");
        have_threads_for(queued_ + 1);
        append(job);
    } catch (...) {
        job.discard();
        throw;
    }
    job_added_.notify_one();
}

void elastic_threads::discard_pending() noexcept {
    std::unique_lock lock(mutex_);
    discarding_ = true;  // what is submitted from now on
    while (first_ != nullptr) {
        pool_job* const pending = take_first();
        lock.unlock();
        pending->discard();
        lock.lock();
    }
}

// The threads ----------------------------------------------------------------------------------

void elastic_threads::have_threads_for(std::size_t jobs) {
    if (jobs <= idle_ || !may_add_thread()) return;
    try {
        start_thread();
    } catch (const std::exception&) {
        // No memory or no thread to be had. As long as there is one, the jobs only have to wait.
        if (threads_.empty()) throw;
    }
}

void elastic_threads::start_thread() {
    const auto self = threads_.emplace(threads_.end());
    try {
        // It first takes the lock, so it finds itself in the list.
        *self = make_thread("the blocking pool", [this, self] { work(self); });
    } catch (...) {
        threads_.erase(self);
        throw;
    }
}

void elastic_threads::work(thread_list::iterator self) {
    const worker here(*this);
    std::unique_lock lock(mutex_);
    while (pool_job* const job = next_job(lock)) {
        const bool discards = discarding_;
        lock.unlock();
        if (discards)
            job->discard();
        else
            job->run();
        lock.lock();
    }
    left_.splice(left_.end(), threads_, self);
    thread_left_.notify_all();
}

// Null: the thread must leave.
pool_job* elastic_threads::next_job(std::unique_lock<std::mutex>& lock) {
    const bool one_too_many = running_threads() > limit();
    if (one_too_many) return nullptr;
    ++idle_;
    job_added_.wait_until(lock, deadline_after(options_.idle_timeout()),
                          [this] { return first_ != nullptr || closing_; });
    --idle_;
    return first_ != nullptr ? take_first() : nullptr;
}

void elastic_threads::shutdown(shutdown_mode mode) {
    if (is_in_forked_child()) return;
    if (is_own_thread())
        throw would_deadlock("shutdown: a job cannot wait for the end of its own pool");
    if (mode == shutdown_mode::cancel_pending) discard_pending();
    const blocking_section blocking;
    {
        std::unique_lock lock(mutex_);
        closing_ = true;
        job_added_.notify_all();
        thread_left_.wait(lock, [this] { return threads_.empty(); });
    }
    join_those_who_left();
}

// Without the lock: a thread that ends may still run destructors of the user's. One of those may
// come here itself, and leaves it to others: it cannot wait for its own end, nor for that of one
// which may be waiting for it.
void elastic_threads::join_those_who_left() {
    thread_list ended;
    {
        const std::lock_guard lock(mutex_);
        const auto is_this_thread = [](const std::thread& each) {
            return each.get_id() == std::this_thread::get_id();
        };
        if (std::ranges::any_of(left_, is_this_thread)) return;
        ended.swap(left_);
    }
    for (std::thread& each : ended) each.join();
}

}  // namespace eddy
