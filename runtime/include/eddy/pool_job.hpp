#pragma once

#include <eddy/future_state.hpp>
#include <eddy/waiting_worker.hpp>

#include <functional>
#include <optional>
#include <tuple>
#include <utility>

namespace eddy {

/// A piece of work in the queues of a thread pool. Whoever takes it out of its queue calls `run` or
/// `discard`, once, and does not touch it afterwards.
class pool_job {
public:
    /// `pool`: whose threads may run it; only its address counts.
    explicit pool_job(const void* pool) noexcept : pool_(pool) {}
    pool_job(const pool_job&) = delete;
    pool_job& operator=(const pool_job&) = delete;

    virtual void run() noexcept = 0;
    /// Cancels the work in place of running it.
    virtual void discard() noexcept = 0;
    /// Runs it, unless somebody else does, though it stands in a queue: `run` will find it done.
    virtual void run_ahead() noexcept {}

    const void* pool() const noexcept { return pool_; }

    pool_job* next = nullptr;  ///< in a queue

protected:
    ~pool_job() = default;

private:
    const void* pool_;
};

/// A function with its arguments on the way through a thread pool, and the future's state: the one
/// allocation of `submit`. The queue it stands in holds the producer's end.
template <class Function, class... Arguments>
class submitted_call final : public future_state<call_result<Function, Arguments...>>,
                             public pool_job {
public:
    template <class F, class... As>
    explicit submitted_call(const void* pool, F&& f, As&&... arguments)
        : pool_job(pool),
          call_(std::in_place, std::forward<F>(f), std::forward<As>(arguments)...) {}

    void run() noexcept override {
        if (this->start()) {
            call();
            this->finish_and_drop();
            return;
        }
        // Cancelled: free what the call holds now, not when the future goes. Otherwise it was run
        // ahead, and the call belongs to whoever did that.
        if (this->is_cancelled()) call_.reset();
        this->drop_producer();
    }

    void run_ahead() noexcept override {
        if (!this->start()) return;
        call();
        this->finish();
    }

    void discard() noexcept override {
        this->cancel(cancel_mode::stop);
        this->run_callbacks();
        run();
    }

private:
    void before_blocking() override {
        waiting_worker* const worker = waiting_worker::current();
        if (worker != nullptr && worker->pool() == pool()) worker->run_now(*this);
    }

    void call() noexcept {
        this->store_outcome_of([this] { return std::apply(as_rvalues, std::move(*call_)); });
        call_.reset();
    }

    static constexpr auto as_rvalues = [](Function&& f,
                                          Arguments&&... arguments) -> decltype(auto) {
        return std::invoke(std::move(f), std::move(arguments)...);
    };

    std::optional<std::tuple<Function, Arguments...>> call_;
};

}  // namespace eddy
