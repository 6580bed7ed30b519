#pragma once

#include <eddy/cpu_count.hpp>

#include <functional>
#include <utility>

namespace eddy {

/// How a thread pool is made: `thread_pool_options().threads(4)`.
class thread_pool_options {
public:
    thread_pool_options() = default;

    /// How many jobs run at once. The default is as many as the process has processors.
    thread_pool_options& threads(unsigned count) {
        threads_ = count;
        return *this;
    }
    unsigned threads() const noexcept { return threads_; }

    /// Called once on every thread before its first job. What it throws, the pool's constructor
    /// throws.
    thread_pool_options& initializer(std::function<void()> f) {
        initializer_ = std::move(f);
        return *this;
    }
    const std::function<void()>& initializer() const noexcept { return initializer_; }

    /// How many threads may be added in place of those that block in `result` and its like: 4096
    /// at most, however many are asked for.
    thread_pool_options& spare_threads(unsigned limit) {
        spare_threads_ = limit;
        return *this;
    }
    unsigned spare_threads() const noexcept { return spare_threads_; }

private:
    unsigned threads_ = usable_cpu_count();
    std::function<void()> initializer_;
    unsigned spare_threads_ = 64;
};

}  // namespace eddy
