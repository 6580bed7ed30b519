#include <eddy/thread_pool.hpp>

#include "work_scheduler.hpp"

namespace eddy {

thread_pool::thread_pool(const thread_pool_options& options)
    : scheduler_(std::make_unique<work_scheduler>(options)) {}

thread_pool::~thread_pool() {
    if (scheduler_->is_in_forked_child()) scheduler_.release();
}

unsigned thread_pool::concurrency() const noexcept {
    return scheduler_->threads();
}

void thread_pool::shutdown(shutdown_mode mode) {
    scheduler_->shutdown(mode);
}

void thread_pool::enqueue(pool_job& job) {
    scheduler_->submit(job);
}

}  // namespace eddy
