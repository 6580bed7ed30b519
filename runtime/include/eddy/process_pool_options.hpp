#pragma once

#include <eddy/cpu_count.hpp>
#include <eddy/remote_call.hpp>

#include <chrono>
#include <memory>

namespace eddy {

/// How a process pool is made: `process_pool_options().workers(4)`.
class process_pool_options {
public:
    process_pool_options() = default;

    /// How many processes at most; they are started when there is work for them. The default is as
    /// many as this process has processors.
    process_pool_options& workers(unsigned most) {
        workers_ = most > 0 ? most : 1;
        return *this;
    }
    unsigned workers() const noexcept { return workers_; }

    /// Called in each worker before anything else, with the same arguments each time. If it throws
    /// in several workers in a row, the pool is broken.
    template <class Function, class... Arguments>
        requires std::invocable<std::decay_t<Function>, sent_argument<Arguments>...>
    process_pool_options& initializer(const Function& f, const Arguments&... arguments) {
        initializer_ = std::make_shared<const remote_call>(make_remote_call(f, arguments...));
        return *this;
    }
    const std::shared_ptr<const remote_call>& initializer() const noexcept { return initializer_; }

    /// How long a call that was cancelled may take to notice it (`stop_requested`) before its
    /// worker is killed. The same for a worker that is to end when the pool is shut down.
    process_pool_options& grace(std::chrono::nanoseconds time) {
        grace_ = time;
        return *this;
    }
    std::chrono::nanoseconds grace() const noexcept { return grace_; }

private:
    unsigned workers_ = usable_cpu_count();
    std::shared_ptr<const remote_call> initializer_;
    std::chrono::nanoseconds grace_ = std::chrono::milliseconds(500);
};

/// How calls are run: `pool.with(process_call_options().timeout(5s)).submit(…)`.
class process_call_options {
public:
    process_call_options() = default;

    /// It does no harm to run the call again: if its worker dies, it is, so many times at most
    /// including the first.
    process_call_options& idempotent(unsigned attempts = 3) {
        attempts_ = attempts > 0 ? attempts : 1;
        return *this;
    }
    unsigned attempts() const noexcept { return attempts_; }

    /// A call that runs longer has its worker killed, and ends with `timeout_error`. Counts from
    /// when it starts to run; zero, the default: as long as it likes.
    process_call_options& timeout(std::chrono::nanoseconds time) {
        timeout_ = time;
        return *this;
    }
    std::chrono::nanoseconds timeout() const noexcept { return timeout_; }

private:
    unsigned attempts_ = 1;
    std::chrono::nanoseconds timeout_{0};
};

}  // namespace eddy
