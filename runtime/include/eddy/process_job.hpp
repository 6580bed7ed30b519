#pragma once

#include <eddy/future_state.hpp>
#include <eddy/intrusive_list.hpp>
#include <eddy/process_pool_options.hpp>

#include <atomic>
#include <cstdint>
#include <memory>

namespace eddy {

class process_scheduler;

/// A call on its way through a process pool, whatever its result is. The pool holds the producer's
/// end of its future and ends it with one of `succeed`, `fail` and `end_cancelled`.
class process_job : public list_node<> {
public:
    process_job(remote_call what, const process_call_options& how) noexcept
        : call(std::move(what)), options(how) {}
    process_job(const process_job&) = delete;
    process_job& operator=(const process_job&) = delete;

    /// Claims it for being run; true again for one that must be run again. False: it was cancelled,
    /// and there is nothing more to do than to `let_go`.
    bool claim() noexcept {
        is_claimed_ = is_claimed_ || claim_future();
        return is_claimed_;
    }

    bool is_claimed() const noexcept { return is_claimed_; }
    /// Whether its result is no longer wanted.
    bool is_asked_to_stop() const noexcept {
        return fate_.load(std::memory_order_acquire) == fate::cancelled;
    }

    virtual void succeed(payload_reader& value) noexcept = 0;
    virtual void fail(std::exception_ptr error) noexcept = 0;
    virtual void end_cancelled() noexcept = 0;
    virtual void let_go() noexcept = 0;

    const remote_call call;
    const process_call_options options;
    std::uint64_t id = 0;   // in its pool
    unsigned attempts = 0;  // how often it was found to be running
    std::shared_ptr<process_scheduler> pool;

protected:
    ~process_job() = default;

    virtual bool claim_future() noexcept = 0;

    // While it runs, cancelling and ending meet here: the first one decides how it ends. So who was
    // told that there will be no result gets none.
    bool decide_to_end() noexcept { return decide(fate::ends); }
    bool ask_to_stop(cancel_mode mode) noexcept;

    /// Throws `would_deadlock` if this is the thread that the pool needs.
    void check_thread() const;

private:
    enum class fate : std::uint8_t { open, ends, cancelled };

    bool decide(fate wanted) noexcept {
        fate seen = fate::open;
        return fate_.compare_exchange_strong(seen, wanted, std::memory_order_acq_rel) ||
               seen == wanted;
    }

    bool is_claimed_ = false;
    std::atomic<fate> fate_ = fate::open;
};

/// The same with its result: what `process_pool::submit` allocates.
template <class T>
class submitted_process_call final : public future_state<T>, public process_job {
public:
    using process_job::process_job;

    void succeed(payload_reader& value) noexcept override {
        if (!decide_to_end()) return end_cancelled();
        this->store_outcome_of([&value]() -> T { return decode_result(value); });
        this->finish_and_drop();
    }
    void fail(std::exception_ptr error) noexcept override {
        if (!decide_to_end()) return end_cancelled();
        this->outcome.set_error(std::move(error));
        this->finish_and_drop();
    }
    void end_cancelled() noexcept override { this->finish_and_drop(true); }
    void let_go() noexcept override { this->drop_producer(); }
    void check_blocking() const override { check_thread(); }

private:
    static T decode_result([[maybe_unused]] payload_reader& value) {
        if constexpr (!std::is_void_v<T>) return decode<T>(value);
    }

    bool claim_future() noexcept override { return this->start(); }
    bool stop_running(cancel_mode mode) noexcept override { return ask_to_stop(mode); }
};

}  // namespace eddy
