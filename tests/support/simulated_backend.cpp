#include "simulated_backend.hpp"

#include <algorithm>
#include <utility>

namespace eddy::testing {

std::error_code simulated_backend::attach(native_handle handle) {
    network_.on_attach(handle);
    return {};
}

void simulated_backend::detach(native_handle handle) noexcept {
    for (pending& each : pending_) {
        if (each.op->handle == handle) each.what_happens = fate::lost_its_handle;
    }
    network_.on_close(handle, now_);
}

bool simulated_backend::submit(operation& op) noexcept {
    op.error = {};
    if (op.handle == invalid_handle) {
        op.error = std::errc::bad_file_descriptor;
        return false;
    }
    const std::optional<time_point> possible = network_.possible_at(op);
    if (possible && *possible <= now_ && dice_.flip()) {
        network_.perform(op, now_);
        return false;
    }
    op.in_flight = true;
    pending_.push_back({&op, now_ + dice_.latency()});
    return true;
}

void simulated_backend::cancel(operation& op) noexcept {
    for (pending& each : pending_) {
        if (each.op == &op && each.what_happens == fate::runs)
            each.what_happens = fate::is_cancelled;
    }
}

void simulated_backend::poll(std::optional<duration> timeout, operation_list& completed) {
    if (timeout != duration::zero() && before_sleep_) std::exchange(before_sleep_, nullptr)();
    if (woken_.exchange(false)) timeout = duration::zero();
    pass_time(timeout);

    std::vector<pending> due;
    std::erase_if(pending_, [&](const pending& each) {
        const std::optional<time_point> end = end_of(each);
        const bool is_due = end && *end <= now_;
        if (is_due) due.push_back(each);
        return is_due;
    });
    while (!due.empty()) {
        std::swap(due[dice_.roll(due.size())], due.back());
        if (finish(due.back())) {
            completed.push_back(*due.back().op);
        } else {
            pending_.push_back(due.back());
        }
        due.pop_back();
    }
}

time_point simulated_backend::now() const noexcept {
    ++clock_readings_;
    return now_;
}

std::optional<time_point> simulated_backend::end_of(const pending& each) const {
    if (each.what_happens != fate::runs) return now_;
    const std::optional<time_point> possible = network_.possible_at(*each.op);
    if (!possible) return std::nullopt;
    return std::max(*possible, each.not_before);
}

std::optional<time_point> simulated_backend::next_end() const {
    std::optional<time_point> next;
    for (const pending& each : pending_) {
        const std::optional<time_point> end = end_of(each);
        if (end && (!next || *end < *next)) next = end;
    }
    return next;
}

void simulated_backend::pass_time(std::optional<duration> timeout) {
    if (timeout == duration::zero()) return;
    std::optional<time_point> next = next_end();
    if (!next && !timeout) {
        network_.notice_closed(now_);
        next = next_end();
        if (!next) throw simulation_stuck();
    }
    const duration longest = timeout.value_or(duration::max());
    const duration until_next = next ? *next - now_ : duration::max();
    now_ += std::max(std::min(longest, until_next), duration::zero());
}

// False: another one that was due at the same time has taken what this one waits for.
bool simulated_backend::finish(const pending& each) {
    operation& op = *each.op;
    const bool has_handle = each.what_happens != fate::lost_its_handle;
    const std::optional<time_point> possible = has_handle ? network_.possible_at(op) : std::nullopt;
    const bool is_possible = possible && *possible <= now_;
    if (each.what_happens == fate::runs || (is_possible && dice_.flip())) {
        if (is_possible) network_.perform(op, now_);
        return is_possible;
    }
    op.error = std::errc::operation_canceled;
    return true;
}

backend_choice simulated(std::uint64_t seed) {
    return {std::make_unique<simulated_backend>(seed), "simulated for a test"};
}

}  // namespace eddy::testing
