#include "pool_worker.hpp"

#include "make_thread.hpp"
#include "work_scheduler.hpp"

namespace eddy {
namespace {

// After so many jobs in a row from its own queue a worker looks outside first, or jobs that go on
// submitting others would keep those from outside waiting for ever. Go and tokio have the same
// number. It is more than a batch from outside, which therefore stays in order.
constexpr unsigned turns_per_look_outside = 61;

// So many jobs may wait in each other on one stack, before a spare thread helps out: half a
// megabyte, if each needs one kilobyte.
constexpr unsigned most_nested_jobs = 500;

}  // namespace

// While a job runs, only what it pushes itself counts as its own.
class pool_worker::current_job {
public:
    explicit current_job(pool_worker& on) noexcept
        : on_(on), outer_floor_(std::exchange(on.floor_, on.jobs_.height())) {
        ++on_.nested_jobs_;
    }
    current_job(const current_job&) = delete;
    current_job& operator=(const current_job&) = delete;
    ~current_job() {
        --on_.nested_jobs_;
        on_.floor_ = outer_floor_;
    }

private:
    pool_worker& on_;
    std::int64_t outer_floor_;
};

void pool_worker::start_thread() {
    thread_ = make_thread("the thread pool", [this] { work(); });
}

void pool_worker::work() {
    const here on_this_thread(*this);
    if (!scheduler_.initialize_worker()) return;
    while (pool_job* const next = next_job()) run(*next);
}

pool_job* pool_worker::next_job() {
    if (++turns_ % turns_per_look_outside == 0)
        if (pool_job* const injected = scheduler_.take_injected()) return injected;
    if (pool_job* const own = jobs_.pop()) return own;
    pool_job* const found = scheduler_.search(*this);
    turns_ = 0;
    return found;
}

void pool_worker::run(pool_job& job) noexcept {
    const current_job only_its_own(*this);
    if (scheduler_.discards())
        job.discard();
    else
        job.run();
}

// Whoever waits should block instead of running one more job inside of another.
bool pool_worker::is_nested_too_deeply() const noexcept {
    return nested_jobs_ >= most_nested_jobs && scheduler_.can_replace_worker();
}

void pool_worker::run_now(pool_job& job) noexcept {
    if (is_nested_too_deeply()) return;
    if (take_back(job)) return run(job);
    const current_job only_its_own(*this);
    job.run_ahead();
}

bool pool_worker::run_descendant() noexcept {
    if (jobs_.height() <= floor_ || is_nested_too_deeply()) return false;
    pool_job* const own = jobs_.pop();
    if (own == nullptr) return false;
    run(*own);
    return true;
}

void pool_worker::sleep_until_woken() {
    std::unique_lock lock(sleeping_);
    woken_up_.wait(lock, [this] { return woken_; });
    woken_ = false;
}

void pool_worker::wake() {
    const std::lock_guard lock(sleeping_);
    woken_ = true;
    woken_up_.notify_one();
}

void pool_worker::begin_blocking() noexcept {
    scheduler_.worker_blocks();
}

void pool_worker::end_blocking() noexcept {
    scheduler_.worker_goes_on();
}

}  // namespace eddy
