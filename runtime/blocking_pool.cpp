#include <eddy/blocking_pool.hpp>

#include "elastic_threads.hpp"

namespace eddy {

blocking_pool::blocking_pool(const blocking_pool_options& options)
    : threads_(std::make_unique<elastic_threads>(options)) {}

blocking_pool::~blocking_pool() = default;

blocking_pool& blocking_pool::shared() {
    static blocking_pool pool;
    return pool;
}

unsigned blocking_pool::concurrency() const noexcept {
    return threads_->limit();
}

std::size_t blocking_pool::thread_count() const {
    return threads_->count();
}

void blocking_pool::shutdown(shutdown_mode mode) {
    threads_->shutdown(mode);
}

void blocking_pool::enqueue(pool_job& job) {
    threads_->submit(job);
}

}  // namespace eddy
