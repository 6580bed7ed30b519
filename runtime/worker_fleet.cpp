#include "worker_fleet.hpp"

#include <eddy/process_error.hpp>

#include <algorithm>

namespace eddy {
namespace {

// What the kernel is out of when nothing can be sent, it has again soon.
constexpr std::chrono::milliseconds pause_to_resend{10};

}  // namespace

void worker_fleet::tend() {
    for (const worker_ptr& each : workers_) check_time(*each);
    dispatch();
    for (const worker_ptr& each : workers_) send(each);
    if (!finishing_ || !pending_.empty()) return;
    for (const worker_ptr& each : workers_)
        if (each->load() == 0) each->retire(deadline_after(loop_.now(), options_.grace()));
}

void worker_fleet::dispatch() {
    if (broken_) return drop_pending(broken_);
    while (!pending_.empty()) {
        if (!pending_.front().claim()) {
            pending_.pop_front().let_go();
            continue;
        }
        worker_process* const worker = choose_worker();
        if (worker == nullptr) return;
        worker->give(pending_.pop_front());
    }
    share_out();
}

// An idle worker, else a new one, else the one with the fewest calls. A worker that was given
// enough is left alone until half of that is done, so that calls are sent by the dozen.
worker_process* worker_fleet::choose_worker() {
    const std::size_t depth = prefetch_.depth();
    worker_process* best = nullptr;
    for (const worker_ptr& each : workers_) {
        if (!each->is_usable()) continue;
        const std::size_t load = each->load();
        if (load == 0) return each.get();
        each->is_sated = load >= depth || (each->is_sated && load > depth / 2);
        if (!each->is_sated && (best == nullptr || load < best->load())) best = each.get();
    }
    worker_process* const started = may_start_worker() ? start_worker() : nullptr;
    return started != nullptr ? started : best;
}

bool worker_fleet::may_start_worker() const noexcept {
    return !broken_ && workers_.size() < options_.workers() && loop_.now() >= no_worker_before_;
}

worker_process* worker_fleet::start_worker() {
    try {
        workers_.push_back(
            std::make_shared<worker_process>(loop_, changed, options_.initializer().get()));
    } catch (const std::system_error& error) {
        note_failed_start(error.what());
        return nullptr;
    }
    failed_starts_ = 0;
    const worker_ptr& worker = workers_.back();
    const std::string name = "worker " + std::to_string(worker->id());
    loop_.start(follow_answers(shared_from_this(), worker))->set_name("answers of " + name);
    loop_.start(follow_process(shared_from_this(), worker))->set_name("end of " + name);
    return worker.get();
}

// Nothing waits in the pool, but maybe behind a long call of a worker, while another one is idle.
void worker_fleet::share_out() {
    for (const worker_ptr& idle : workers_) {
        if (!idle->is_usable() || idle->load() > 0) continue;
        const auto& fullest = *std::ranges::max_element(
            workers_, {}, [](const worker_ptr& each) { return each->load(); });
        intrusive_list<process_job> moved;
        for (std::size_t left = fullest->load() / 2; left > 0; --left)
            if (process_job* const job = fullest->take_back_last()) moved.push_front(*job);
        while (!moved.empty()) idle->give(moved.pop_front());
    }
}

void worker_fleet::send(const worker_ptr& worker) {
    if (worker->is_closed() || worker->is_sending) return;
    std::error_code error;
    worker->channel().send(when_not_ready::give_up, error);
    if (error == std::errc::operation_would_block) {
        worker->is_sending = true;
        loop_.start(send_rest(shared_from_this(), worker));
    } else if (process_channel::is_shortage(error)) {
        if (!resend_.is_armed()) loop_.timers().arm(resend_, loop_.now() + pause_to_resend);
    } else if (error) {
        // It receives nothing more. Most often it is about to be found dead.
        worker->note_silence(deadline_after(loop_.now(), options_.grace()));
    }
}

void worker_fleet::check_time(worker_process& worker) {
    if (worker.check_time(loop_.now()) == worker_process::verdict::in_time) return;
    // Nothing but the call that takes too long may come to harm. If the worker has already begun
    // the next one, the answer to the first is on its way, and there is no need to kill: unless it
    // is the worker itself that should have ended, from which no answer comes any more.
    if (worker.take_back_rest(pending_) || !worker.is_usable()) worker.kill();
}

void worker_fleet::stop(std::uint64_t id, cancel_mode mode) noexcept {
    for (const worker_ptr& each : workers_) {
        if (process_job* const job = each->take_back(id)) return job->end_cancelled();
        const auto grace = mode == cancel_mode::kill ? duration::zero() : options_.grace();
        if (each->ask_to_stop(id, deadline_after(loop_.now(), grace))) return;
    }
    // It may have come back from a worker: those stand before the ones that were never claimed.
    for (process_job& each : pending_) {
        if (!each.is_claimed()) return;
        if (each.id != id) continue;
        each.unlink();
        return each.end_cancelled();
    }
}

void worker_fleet::cancel_pending() noexcept {
    for (const worker_ptr& each : workers_) each->take_back_rest(pending_);
    drop_pending(nullptr);
}

// Fails what waits, for a reason, or cancels it.
void worker_fleet::drop_pending(const std::exception_ptr& why) noexcept {
    while (!pending_.empty()) {
        process_job& job = pending_.pop_front();
        if (!job.claim())
            job.let_go();
        else if (why)
            job.fail(why);
        else
            job.end_cancelled();
    }
}

void worker_fleet::abandon() noexcept {
    finishing_ = true;
    const auto deadline = deadline_after(steady_clock::now(), options_.grace());
    for (const worker_ptr& each : workers_) {
        if (each->load() == 0)
            each->retire(deadline);
        else
            each->kill();
    }
    for (const worker_ptr& each : workers_) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
        if (!each->wait(std::max(left, std::chrono::milliseconds(0)))) each->kill();
        each->reap();
        each->close();
        while (each->load() > 0) pending_.push_front(*each->take_last());
    }
    workers_.clear();
    for (alarm* const each : {&respawn_, &resend_})
        if (each->is_armed()) loop_.timers().disarm(*each);
    drop_pending(nullptr);
    changed.set();
}

}  // namespace eddy
