#include <eddy/fork_join.hpp>

#include "work_scheduler.hpp"

namespace eddy {

forked_job::forked_job(thread_pool& pool) noexcept
    : pool_job(pool.scheduler_.get()), scheduler_(*pool.scheduler_) {}

bool forked_job::offer() {
    maker_ = pool_worker::current(scheduler_);
    if (maker_ == nullptr) return false;
    scheduler_.push(*maker_, *this);
    return true;
}

bool forked_job::take_back() noexcept {
    if (maker_->take_back(*this)) return true;
    // It was stolen, or the maker's work has left jobs above it: then it is below them.
    while (stage_.load(std::memory_order_acquire) == stage::open && maker_->run_descendant())
        continue;

    stage seen = stage::open;
    // Acquire, with the release in `end`: the outcome is in place.
    if (!stage_.compare_exchange_strong(seen, stage::waited_for, std::memory_order_acq_rel,
                                        std::memory_order_acquire))
        return seen == stage::given_back;
    const blocking_section blocking;
    maker_->sleep_until_woken();
    return stage_.load(std::memory_order_acquire) == stage::given_back;
}

void forked_job::run() noexcept {
    call();
    end(stage::done);
}

void forked_job::end(stage how) noexcept {
    // From the exchange on, the maker may end this job's life; the maker itself lives as the pool.
    pool_worker& maker = *maker_;
    if (stage_.exchange(how, std::memory_order_acq_rel) == stage::waited_for) maker.wake();
}

}  // namespace eddy
