#include <eddy/blocking_pool.hpp>

#include "elastic_threads.hpp"

#include <atomic>

namespace eddy {
namespace {

// The pool of this process. A forked child, which has none of its threads, makes another one.
// Destroyed it is never: what runs at the very end of the program, such as the destructor of
// another static object, shall find it shut down.
class pool_of_process {
public:
    blocking_pool& get() {
        generation* known = newest_.load(std::memory_order_acquire);
        while (known == nullptr || known->forks != fork_count()) {
            auto made = std::make_unique<generation>(known);
            if (newest_.compare_exchange_strong(known, made.get())) return made.release()->pool;
            made->before.release();  // another thread was faster, and has it
        }
        return known->pool;
    }

    // A pool of the process that forked this one has nothing to shut down here.
    void shut_down() {
        if (generation* const newest = newest_.load()) newest->pool.shutdown();
    }

private:
    struct generation {
        explicit generation(generation* last) noexcept : before(last) {}
        const unsigned forks = fork_count();
        blocking_pool pool;
        std::unique_ptr<generation> before;  // of the process that forked this one
    };

    std::atomic<generation*> newest_ = nullptr;
};

}  // namespace

blocking_pool::blocking_pool(const blocking_pool_options& options)
    : threads_(std::make_unique<elastic_threads>(options)) {}

blocking_pool::~blocking_pool() {
    if (threads_->is_in_forked_child()) threads_.release();
}

blocking_pool& blocking_pool::shared() {
    static pool_of_process& pool = *new pool_of_process;
    struct shutdown_at_exit {
        ~shutdown_at_exit() { pool.shut_down(); }
    };
    static const shutdown_at_exit at_exit;
    return pool.get();
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
