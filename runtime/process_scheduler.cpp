#include "process_scheduler.hpp"

#include <eddy/cancelled.hpp>

#include <utility>

namespace eddy {
namespace {

void give_back(process_job& job) noexcept {
    if (job.claim())
        job.end_cancelled();
    else
        job.let_go();
}

}  // namespace

// The future of a shutdown.
class process_scheduler::closing final : public future_state<void> {
public:
    explicit closing(std::shared_ptr<process_scheduler> pool) noexcept : pool_(std::move(pool)) {
        start();
    }

    void end() noexcept {
        outcome.set_value();
        finish_and_drop();
    }

    void check_blocking() const override {
        if (pool_->is_needed_here())
            throw would_deadlock("a process pool cannot be shut down by blocking the thread of its "
                                 "loop: co_await shutdown_async()");
    }

private:
    std::shared_ptr<process_scheduler> pool_;
};

void process_scheduler::submit(process_job& job) {
    if (is_in_forked_child()) {
        give_back(job);
        throw pool_closed(pool_of_the_parent);
    }
    const std::lock_guard lock(mutex_);
    if (broken_ || !accepts_) {
        give_back(job);
        if (broken_) std::rethrow_exception(broken_);
        throw pool_closed("submit to a process pool that was shut down");
    }
    job.id = ++last_id_;
    job.pool = shared_from_this();
    submitted_.push_back(job);
    notify();
}

void process_scheduler::ask_to_stop(std::uint64_t id, cancel_mode mode) noexcept {
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    stops_.push_back({id, mode});
    notify();
}

future<void> process_scheduler::shut_down(shutdown_mode mode) {
    auto* const end = new closing(shared_from_this());
    future<void> result(*end);
    if (is_in_forked_child()) {
        end->end();
        return result;
    }
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) {
        end->end();
        return result;
    }
    accepts_ = false;
    cancels_pending_ = cancels_pending_ || mode == shutdown_mode::cancel_pending;
    closings_.push_back(end);
    notify();
    return result;
}

void process_scheduler::close() {
    if (is_needed_here()) return close_here();
    const std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    accepts_ = false;
    is_to_close_ = true;
    notify();
}

bool process_scheduler::is_needed_here() {
    const std::lock_guard lock(mutex_);
    return loop_ != nullptr && event_loop::current() == loop_;
}

void process_scheduler::open(event_loop& loop) {
    fleet_ = std::make_shared<worker_fleet>(loop, options_);
    const std::lock_guard lock(mutex_);
    loop_ = &loop;
}

void process_scheduler::notify() {
    if (event_loop::current() == loop_) return fleet_->changed.set();
    if (is_posted_) return;
    is_posted_ = true;
    while_posted_ = shared_from_this();
    loop_->post(*this);
}

void process_scheduler::run() noexcept {
    std::shared_ptr<process_scheduler> keep;
    {
        const std::lock_guard lock(mutex_);
        is_posted_ = false;
        keep = std::move(while_posted_);
    }
    fleet_->changed.set();
}

task<> process_scheduler::serve(std::shared_ptr<process_scheduler> self) {
    // Also when the loop ends, and this task is cancelled.
    struct closes_at_the_end {
        process_scheduler& pool;
        ~closes_at_the_end() { pool.close_here(); }
    };
    const closes_at_the_end closes{*self};

    worker_fleet& fleet = *self->fleet_;
    while (!fleet.has_finished()) {
        co_await fleet.changed.wait();
        fleet.changed.clear();
        self->take_messages();
        fleet.tend();
    }
}

void process_scheduler::take_messages() {
    std::vector<stop_request> stops;
    bool cancels_pending = false;
    bool is_to_close = false;
    {
        const std::lock_guard lock(mutex_);
        fleet_->add(submitted_);
        stops.swap(stops_);
        cancels_pending = std::exchange(cancels_pending_, false);
        is_to_close = is_to_close_;
        broken_ = fleet_->broken();
        if (!accepts_) fleet_->finish();
    }
    // Futures end here, and call back whom they like: without the lock.
    for (const stop_request& each : stops) fleet_->stop(each.id, each.mode);
    if (cancels_pending) fleet_->cancel_pending();
    if (is_to_close) fleet_->abandon();
}

void process_scheduler::close_here() noexcept {
    std::vector<closing*> closings;
    {
        const std::lock_guard lock(mutex_);
        if (loop_ == nullptr) return;
        loop_ = nullptr;
        accepts_ = false;
        fleet_->add(submitted_);
        closings.swap(closings_);
    }
    fleet_->abandon();
    for (closing* const each : closings) each->end();
}

}  // namespace eddy
