#include <eddy/event_loop.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/io_awaiter.hpp>

#include <algorithm>
#include <cstdio>

namespace eddy {
namespace {

// A turn ends after this many resumptions or after this long, whichever is first, so that neither
// tasks nor the kernel wait for each other for long.
constexpr int resumptions_per_turn = 128;
constexpr duration time_per_turn = std::chrono::microseconds(500);

// Reading the clock costs as much as several resumptions.
constexpr int resumptions_per_clock_reading = 16;

void print_unseen_error(const std::string& task_name, const std::exception_ptr& error) {
    const char* reason = "an exception that is not a std::exception";
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& known) {
        std::fprintf(stderr, "eddy: %s failed and nobody asked for its result: %s\n",
                     task_name.c_str(), known.what());
        return;
    } catch (...) {
    }
    std::fprintf(stderr, "eddy: %s failed and nobody asked for its result: %s\n", task_name.c_str(),
                 reason);
}

}  // namespace

// While a loop runs, it is the current one of its thread. Loops nest: a task may run another loop.
class event_loop::entered {
public:
    explicit entered(event_loop& loop) noexcept : outer_(std::exchange(current_, &loop)) {}
    entered(const entered&) = delete;
    entered& operator=(const entered&) = delete;
    ~entered() { current_ = outer_; }

private:
    event_loop* outer_;
};

event_loop::event_loop() : event_loop(make_backend()) {}

event_loop::event_loop(backend_choice on)
    : now_(on.chosen->now()),
      backend_(std::move(on.chosen)),
      backend_reason_(std::move(on.reason)),
      handler_(print_unseen_error) {}

event_loop::~event_loop() {
    cancel_all_and_wait();
    posted_.run_all();
}

// One turn, as a whole. Everything else in the library only appends to the ready queue or parks the
// running task.
void event_loop::run_once() {
    const entered here(*this);
    ++stats_.turns;
    take_posted();
    const std::optional<duration> sleep = time_to_sleep();
    backend_->poll(sleep, completed_);
    posted_.woken_up();
    now_ = backend_->now();
    wake_finished_operations();
    fire_due_timers();
    run_ready_tasks();
}

void event_loop::take_posted() noexcept {
    posted_.run_all();
}

std::optional<duration> event_loop::time_to_sleep() noexcept {
    constexpr duration not_at_all = duration::zero();
    ++stats_.polls;
    if (!ready_.empty() || !posted_.prepare_to_sleep()) return not_at_all;
    const std::optional<time_point> next = timers_.next();
    if (!next) return std::nullopt;
    return std::max(*next - backend_->now(), not_at_all);
}

void event_loop::wake_finished_operations() noexcept {
    while (!completed_.empty()) static_cast<io_awaiter&>(completed_.pop_front()).finished();
}

void event_loop::fire_due_timers() noexcept {
    while (timer* const due = timers_.take_due(now_)) due->on_due();
}

void event_loop::run_ready_tasks() noexcept {
    if (ready_.empty()) return;
    const time_point start = now_;
    budget_ = resumptions_per_turn;
    int until_clock = resumptions_per_clock_reading;
    while (!ready_.empty() && budget_ > 0) {
        --budget_;
        resume(ready_.pop_front());
        if (--until_clock > 0) continue;
        until_clock = resumptions_per_clock_reading;
        now_ = backend_->now();
        if (now_ - start >= time_per_turn) break;
    }
    stats_.longest_slice = std::max(stats_.longest_slice, now_ - start);
}

void event_loop::resume(task_control& task) noexcept {
    running_ = &task;
    task.state = task_state::running;
    // Once, but where control cannot be passed directly between the task's coroutines.
    do {
        ++stats_.resumptions;
        task.resume_at.resume();
    } while (task.state == task_state::running);
    running_ = nullptr;
    if (task.state == task_state::done) finish(task);
}

void event_loop::finish(task_control& task) noexcept {
    task.resume_at.destroy();
    task.resume_at = nullptr;
    --tasks_;
    task.announce_end();
    task.release();
}

void event_loop::run_until_done(const task_control& task) {
    while (!task.is_done()) run_once();
}

void event_loop::cancel_all_and_wait() {
    scope_.cancel();
    while (tasks_ > 0) run_once();
}

loop_stats event_loop::stats() const noexcept {
    loop_stats result = stats_;
    result.system_calls = backend_->system_calls();
    return result;
}

void event_loop::post(posted& each) noexcept {
    if (posted_.push(each)) backend_->wake();
}

void event_loop::report_unseen_error(task_control& task) noexcept {
    handler_(task.name(), task.error());
}

void checkpoint() {
    if (is_cancelled()) throw cancelled();
}

}  // namespace eddy
