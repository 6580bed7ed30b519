#include "worker_fleet.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/process_error.hpp>

#include "function_registry.hpp"
#include "remote_exception.hpp"

#include <algorithm>

namespace eddy {
namespace {

// After so many workers in a row that were of no use, there is no hope for the next one.
constexpr unsigned most_useless_workers = 5;

// The second of them is started so much later, the third after twice the time, and so on.
constexpr std::chrono::milliseconds first_pause{10};

// The same for workers that cannot be started, which most often is for want of something that
// others will give back: all in all it takes three seconds until there is no hope.
constexpr std::chrono::milliseconds longest_pause{1000};
constexpr unsigned starts_until_longest_pause = 8;
constexpr unsigned most_failed_starts = 10;

std::string message_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        return known.what();
    }
}

}  // namespace

// Whoever awaits a worker that is or was closed gets a std::system_error, for which somebody has
// cared.

task<> worker_fleet::follow_answers(std::shared_ptr<worker_fleet> fleet, worker_ptr worker) {
    try {
        for (;;) {
            co_await worker->readable();
            if (worker->is_closed()) co_return;
            if (fleet->take_answers(*worker) == reception::end) break;
        }
        worker->note_silence(deadline_after(fleet->loop_.now(), fleet->options_.grace()));
    } catch (const std::system_error&) {
    }
}

task<> worker_fleet::follow_process(std::shared_ptr<worker_fleet> fleet, worker_ptr worker) {
    try {
        co_await worker->ended();
    } catch (const std::system_error&) {
    }
    if (!worker->is_closed()) fleet->worker_ended(worker);
}

task<> worker_fleet::send_rest(std::shared_ptr<worker_fleet> fleet, worker_ptr worker) {
    try {
        std::error_code error = std::make_error_code(std::errc::operation_would_block);
        while (error == std::errc::operation_would_block) {
            co_await worker->writable();
            if (worker->is_closed()) co_return;
            worker->channel().send(when_not_ready::give_up, error);
        }
    } catch (const std::system_error&) {
    }
    worker->is_sending = false;
    fleet->changed.set();
}

worker_fleet::reception worker_fleet::take_answers(worker_process& worker) noexcept {
    try {
        std::error_code error;
        const bool has_come = worker.channel().receive(when_not_ready::give_up, error);
        while (const auto answer = worker.channel().take()) take_answer(worker, *answer);
        changed.set();
        if (has_come) return reception::some;
        if (error == std::errc::operation_would_block) return reception::nothing_yet;
        // There was no descriptor or no memory for what has come, so an answer is lost.
        if (error && error != std::errc::connection_reset) worker.kill();
        return reception::end;
    } catch (const std::exception&) {
        // It talks nonsense, or its answer cannot be received.
        worker.kill();
        return reception::end;
    }
}

void worker_fleet::take_answer(worker_process& worker, const message& answer) {
    const message_header& head = answer.head();
    if (head.kind == message_kind::greeting) return check_greeting(answer);
    if (head.kind == message_kind::initializer_failed) {
        payload_reader content(answer.content());
        initializer_error_ = "its initializer has thrown: " + message_of(read_exception(content));
        return;
    }
    process_job* const job = worker.take_answered(head.call);
    if (job == nullptr) throw serialization_error("a worker has answered what it was not asked");
    useless_workers_ = 0;
    initializer_error_.clear();
    prefetch_.note(std::chrono::microseconds(head.microseconds));
    try {
        payload_reader content(answer.content());
        if (head.kind == message_kind::value)
            job->succeed(content);
        else
            job->fail(read_exception(content));
    } catch (const std::exception&) {
        job->fail(std::current_exception());
    }
}

void worker_fleet::check_greeting(const message& greeting) {
    const auto theirs = program_fingerprint::from(greeting.content());
    const program_fingerprint& ours = function_registry::fingerprint();
    if (theirs == ours) return;
    break_pool(std::make_exception_ptr(worker_binary_mismatch(
        "a worker is not the same program as its pool: " + ours.difference_to(theirs))));
}

void worker_fleet::worker_ended(const worker_ptr& worker) {
    // What it has sent before counts, until who is called back destroys the pool.
    while (!worker->is_closed() && take_answers(*worker) == reception::some) continue;
    if (worker->is_closed()) return;
    const std::int64_t id = worker->id();
    const process_exit how = worker->reap();
    worker->close();
    std::erase(workers_, worker);
    const bool first_took_too_long = worker->first_is_over_limit(loop_.now());
    intrusive_list<process_job> lost;
    if (take_all_back(*worker, first_took_too_long, lost))
        useless_workers_ = 0;
    else if (!worker->was_told_to_end() && !worker->has_answered())
        note_useless_worker(!initializer_error_.empty() ? initializer_error_
                                                        : "process " + std::to_string(id) +
                                                              " ended with " + how.to_string());
    changed.set();
    if (first_took_too_long)
        lost.pop_front().fail(std::make_exception_ptr(
            timeout_error("a call took longer than its time limit, and its worker was killed")));
    // Last, because who is called back may destroy the pool.
    while (!lost.empty()) {
        process_job& job = lost.pop_front();
        job.fail(std::make_exception_ptr(worker_died(id, how, job.attempts)));
    }
}

// What the worker had not begun goes to the front of `pending_`, and so does what may be run again.
// Returns whether it had begun any.
bool worker_fleet::take_all_back(worker_process& worker, bool first_took_too_long,
                                 intrusive_list<process_job>& lost) noexcept {
    bool any_was_begun = false;
    while (worker.load() > 0) {
        if (process_job* const not_begun = worker.take_back_last()) {
            pending_.push_front(*not_begun);
            continue;
        }
        any_was_begun = true;
        const bool took_too_long = first_took_too_long && worker.load() == 1;
        process_job& begun = *worker.take_last();
        const bool may_run_again =
            ++begun.attempts < begun.options.attempts() && !begun.is_asked_to_stop();
        (may_run_again && !took_too_long ? pending_ : lost).push_front(begun);
    }
    return any_was_begun;
}

void worker_fleet::note_useless_worker(const std::string& reason) {
    if (++useless_workers_ >= most_useless_workers)
        return break_pool(std::make_exception_ptr(broken_process_pool(
            "no worker lives long enough to do anything; the last one: " + reason)));
    pause_starting(first_pause * (1 << (useless_workers_ - 1)));
}

// The system is short of something. With a worker left, the pool has time until it has it again.
void worker_fleet::note_failed_start(const std::string& reason) {
    const auto is_usable = [](const worker_ptr& each) { return each->is_usable(); };
    ++failed_starts_;
    if (std::ranges::any_of(workers_, is_usable))
        failed_starts_ = std::min(failed_starts_, starts_until_longest_pause);
    else if (failed_starts_ >= most_failed_starts)
        return break_pool(
            std::make_exception_ptr(broken_process_pool("no worker can be started: " + reason)));
    pause_starting(failed_starts_ < starts_until_longest_pause
                       ? first_pause * (1 << (failed_starts_ - 1))
                       : longest_pause);
}

void worker_fleet::pause_starting(duration time) {
    no_worker_before_ = loop_.now() + time;
    if (respawn_.is_armed()) loop_.timers().disarm(respawn_);
    loop_.timers().arm(respawn_, no_worker_before_);
}

void worker_fleet::break_pool(std::exception_ptr why) noexcept {
    if (!broken_) broken_ = std::move(why);
    changed.set();
}

}  // namespace eddy
