#pragma once

#include <eddy/event.hpp>
#include <eddy/process_job.hpp>

#include "prefetch_policy.hpp"
#include "worker_process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace eddy {

/// The workers of a process pool, and the calls that wait for one. Used on the thread of its loop.
///
/// A call is in one place: in `pending_`, or with a worker. A worker that has died leaves its
/// calls; those it had not begun go back to the front of `pending_` as if nothing had happened. Of
/// those it had begun (one, unless answers of it were lost) only idempotent ones do.
class worker_fleet : public std::enable_shared_from_this<worker_fleet> {
public:
    worker_fleet(event_loop& loop, const process_pool_options& options)
        : loop_(loop), options_(options) {}
    ~worker_fleet() { assert(workers_.empty() && pending_.empty()); }

    /// Set when `tend` has something to do.
    event changed;

    void add(intrusive_list<process_job>& jobs) noexcept { pending_.append(jobs); }

    /// Ends a call that was claimed: at once if no worker is at it, else when its worker obeys.
    void stop(std::uint64_t id, cancel_mode mode) noexcept;

    /// Hands out calls, starts workers, and looks whether one takes too long. Run by the pool's
    /// task whenever something has changed.
    void tend();

    /// There will be no more calls: the workers end when all are done.
    void finish() noexcept { finishing_ = true; }
    void cancel_pending() noexcept;
    bool has_finished() const noexcept {
        return finishing_ && pending_.empty() && workers_.empty();
    }

    /// Ends everything here and now. Waits for the processes, which takes milliseconds.
    void abandon() noexcept;

    /// Why there can be no workers; null if there can.
    const std::exception_ptr& broken() const noexcept { return broken_; }

private:
    using worker_ptr = std::shared_ptr<worker_process>;

    // Handing out (worker_fleet.cpp).
    void dispatch();
    worker_process* choose_worker();
    bool may_start_worker() const noexcept;
    worker_process* start_worker();
    void share_out();
    void send(const worker_ptr& worker);
    void check_time(worker_process& worker);
    void drop_pending(const std::exception_ptr& why) noexcept;

    // Each follows one worker in a task of its own, which keeps both alive
    // (worker_fleet_tasks.cpp).
    static task<> follow_answers(std::shared_ptr<worker_fleet> fleet, worker_ptr worker);
    static task<> follow_process(std::shared_ptr<worker_fleet> fleet, worker_ptr worker);
    static task<> send_rest(std::shared_ptr<worker_fleet> fleet, worker_ptr worker);

    enum class reception : std::uint8_t { some, nothing_yet, end };
    reception take_answers(worker_process& worker) noexcept;
    void take_answer(worker_process& worker, const message& answer);
    void check_greeting(const message& greeting);
    void worker_ended(const worker_ptr& worker);
    bool take_all_back(worker_process& worker, bool first_took_too_long,
                       intrusive_list<process_job>& lost) noexcept;
    void note_useless_worker(const std::string& reason);
    void note_failed_start(const std::string& reason);
    void pause_starting(duration time);
    void break_pool(std::exception_ptr why) noexcept;

    class alarm final : public timer {
    public:
        explicit alarm(event& changed) noexcept : changed_(changed) {}
        void on_due() noexcept override { changed_.set(); }

    private:
        event& changed_;
    };

    event_loop& loop_;
    const process_pool_options options_;
    intrusive_list<process_job> pending_;  // in the order in which they are to be run
    std::vector<worker_ptr> workers_;      // whose processes were not reaped
    prefetch_policy prefetch_;
    alarm resend_{changed};
    bool finishing_ = false;

    // How many workers in a row have ended without having been of any use.
    unsigned useless_workers_ = 0;
    // How many could not even be started, in a row.
    unsigned failed_starts_ = 0;
    time_point no_worker_before_{};
    alarm respawn_{changed};
    std::string initializer_error_;
    std::exception_ptr broken_;
};

}  // namespace eddy
