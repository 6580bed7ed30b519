#include "worker_process.hpp"

#include <eddy/socket.hpp>

#include "function_registry.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <new>

namespace eddy {
namespace {

void check(const std::error_code& error) {
    if (error) throw std::system_error(error, "prepare a worker process");
}

message_header header_of(const remote_call& call, message_kind kind) noexcept {
    return {.kind = kind, .check = call.function.check, .ordinal = call.function.ordinal};
}

}  // namespace

worker_process::worker_process(event_loop& loop, event& changed, const remote_call* initializer)
    : loop_(loop), changed_(changed) {
    unique_handle theirs;
    check(open_socket_pair(socket_, theirs));
    std::error_code error;
    const unique_handle page = open_shared_memory(sizeof(control_page), error);
    check(error);
    check(seal_size(page.get()));
    memory_ = memory_mapping::open(page.get(), mapping_access::read_and_write, error);
    check(error);
    page_ = new (memory_.bytes().data()) control_page;

    child_ = start_worker(theirs.get(), page.get());
    try {
        socket_followed_.emplace(loop, socket_.get());
        child_followed_.emplace(loop, child_.handle());
        channel_.emplace(socket_.get(), child_.handle());
        channel_->put({.kind = message_kind::greeting},
                      function_registry::fingerprint().to_payload());
        if (initializer != nullptr)
            channel_->put(header_of(*initializer, message_kind::initialize),
                          initializer->arguments);
    } catch (...) {
        kill();
        reap();
        throw;
    }
}

void worker_process::give(process_job& job) {
    assert(free_places_ != 0);
    const auto place = static_cast<std::uint16_t>(std::countr_zero(free_places_));
    message_header head = header_of(job.call, message_kind::call);
    head.place = place;
    head.call = job.id;
    page_->offer(place, job.id);
    channel_->put(head, job.call.arguments);
    calls_.push_back({&job, place});
    free_places_ &= ~(std::uint64_t{1} << place);
    // Its time begins now, at the earliest.
    if (load() == 1) check_time(loop_.now());
}

// The place is free at once: a message about the old call will not find its number there.
void worker_process::forget(std::deque<given_call>::iterator call) noexcept {
    free_places_ |= std::uint64_t{1} << call->place;
    calls_.erase(call);
}

bool worker_process::reclaim(const given_call& call) noexcept {
    return page_->take(call.place, call.job->id);
}

process_job* worker_process::take_back_last() noexcept {
    if (calls_.empty() || !reclaim(calls_.back())) return nullptr;
    process_job* const job = calls_.back().job;
    forget(calls_.end() - 1);
    return job;
}

process_job* worker_process::take_back(std::uint64_t id) noexcept {
    const auto call = std::ranges::find(calls_, id, [](auto& each) { return each.job->id; });
    if (call == calls_.end() || !reclaim(*call)) return nullptr;
    process_job* const job = call->job;
    forget(call);
    return job;
}

bool worker_process::take_back_rest(intrusive_list<process_job>& into) noexcept {
    while (load() > 1) {
        process_job* const last = take_back_last();
        if (last == nullptr) return false;
        into.push_front(*last);
    }
    return true;
}

process_job* worker_process::take_answered(std::uint64_t id) noexcept {
    if (calls_.empty() || calls_.front().job->id != id) return nullptr;
    process_job* const job = calls_.front().job;
    forget(calls_.begin());
    has_answered_ = true;
    return job;
}

process_job* worker_process::take_last() noexcept {
    assert(!calls_.empty());
    process_job* const job = calls_.back().job;
    forget(calls_.end() - 1);
    return job;
}

bool worker_process::ask_to_stop(std::uint64_t id, time_point deadline) noexcept {
    const auto call = std::ranges::find(calls_, id, [](auto& each) { return each.job->id; });
    if (call == calls_.end()) return false;
    page_->ask_to_stop(id);
    call->stop_by = deadline;
    changed_.set();
    return true;
}

std::optional<time_point> worker_process::limit_of(const given_call& call,
                                                   time_point now) const noexcept {
    const duration limit = call.job->options.timeout();
    if (limit <= duration::zero()) return std::nullopt;
    // Not begun, or not seen to have: the limit is counted from now at the earliest.
    const time_point start = page_->start_of(call.job->id);
    return deadline_after(start == time_point() ? now : start, limit);
}

bool worker_process::first_is_over_limit(time_point now) const noexcept {
    return !calls_.empty() && limit_of(calls_.front(), now).value_or(time_point::max()) <= now;
}

worker_process::verdict worker_process::check_time(time_point now) {
    if (killed_ || closed_) return verdict::in_time;
    time_point due = end_by_.value_or(time_point::max());
    if (!calls_.empty()) {
        const given_call& first = calls_.front();
        due = std::min({due, first.stop_by.value_or(time_point::max()),
                        limit_of(first, now).value_or(time_point::max())});
    }
    if (due <= now) return verdict::too_long;
    if (is_armed()) loop_.timers().disarm(*this);
    if (due != time_point::max()) loop_.timers().arm(*this, due);
    return verdict::in_time;
}

void worker_process::retire(time_point deadline) noexcept {
    if (retired_ || closed_) return;
    retired_ = true;
    end_by_ = deadline;
    shutdown_sending(socket_.get());
    changed_.set();
}

void worker_process::note_silence(time_point deadline) noexcept {
    if (mute_) return;
    mute_ = true;
    end_by_ = std::min(deadline, end_by_.value_or(deadline));
    changed_.set();
}

void worker_process::kill() noexcept {
    killed_ = true;
    // Errors mean that it has ended. What it has started goes with it, unless that left its group.
    child_.send_to_group(process_signal::kill);
    child_.send(process_signal::kill);
}

const attachment& worker_process::followed(const std::optional<attachment>& which) {
    if (which) return *which;
    throw std::system_error(std::make_error_code(std::errc::operation_canceled),
                            "follow a worker that is closed");
}

process_exit worker_process::reap() noexcept {
    child_.wait(std::chrono::hours(1));
    std::error_code error;
    return child_.reap(error).value_or(process_exit());
}

void worker_process::close() noexcept {
    closed_ = true;
    if (is_armed()) loop_.timers().disarm(*this);
    socket_followed_.reset();
    child_followed_.reset();
    socket_.reset();
}

}  // namespace eddy
