#include <eddy/event_loop.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/exception_group.hpp>
#include <eddy/io_awaiter.hpp>

#include "loop_observer.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace eddy {
namespace {

// A turn ends after this many resumptions or after this long, whichever is first, so that neither
// tasks nor the kernel wait for each other for long. The clock is not looked at after each.
constexpr int resumptions_per_turn = 128;
constexpr duration time_per_turn = std::chrono::microseconds(500);

// Reading the clock costs as much as several resumptions.
constexpr int resumptions_per_clock_reading = 32;

void print_unseen_error(const std::string& task_name, const std::exception_ptr& error) {
    std::cerr << "eddy: " << task_name
              << " failed and nobody asked for its result: " << message_of(error) << std::endl;
}

void print_deadlock(const std::vector<task_info>& tasks) {
    std::ostringstream text;
    text << "eddy: deadlock: all tasks wait and nothing on this loop can wake one\n";
    print_waits(text, tasks);
    std::cerr << text.str() << std::flush;
}

bool debugging_is_wanted() noexcept {
    const char* const wanted = std::getenv("EDDY_DEBUG");
    return wanted != nullptr && std::string_view(wanted) == "1";
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
      handler_(print_unseen_error),
      deadlock_handler_(print_deadlock) {
    if (debugging_is_wanted()) warn_about_slow_tasks();
}

event_loop::~event_loop() {
    const entered here(*this);
    // What is posted may start tasks, and what tasks leave behind may be posted.
    const bool is_forked = fork_count() != forks_;
    do {
        if (!is_forked) cancel_all_and_wait();
        posted_.run_all();
    } while ((!is_forked && tasks_ > 0) || !posted_.empty());
    if (is_forked) leave_tasks();
    while (!remembered_.empty()) forget(*remembered_.front());
    // A forked child has none of the threads that may have been about to wake the loop.
    if (!is_forked) posted_.wait_for_wakers();
}

// In a forked child, where they cannot be run to their end: they are never resumed nor destroyed.
void event_loop::leave_tasks() noexcept {
    ready_.append(ready_next_turn_);
    while (!ready_.empty()) ready_.pop_front();
    completed_.clear();
    scope_.leave_children();
}

// One turn, as a whole. Everything else in the library only appends to the ready queue or parks the
// running task.
void event_loop::run_once() {
    assert_on_its_thread();
    assert(running_task_ == nullptr && "a task cannot run the loop that runs it: co_await instead");
    if (fork_count() != forks_) refuse_to_run_after_fork();
    const entered here(*this);
    ++stats_.turns;
    posted_.run_all();
    ready_.append(ready_next_turn_);
    const bool asks_kernel = !backend_->has_more();
    const std::optional<duration> sleep = asks_kernel ? time_to_sleep() : duration::zero();
    backend_->poll(sleep, completed_);
    posted_.woken_up();
    now_ = backend_->now();
    if (asks_kernel) kernel_answered_ = now_;
    wake_finished_operations();
    if (!backend_->has_more()) fire_due_timers();
    run_ready_tasks();
}

// Parent and child share what the kernel keeps for a loop (its epoll instance, its ring): one would
// take the events of the other.
void event_loop::refuse_to_run_after_fork() const {
    throw std::logic_error(
        "this loop belongs to the process that made it, not to a forked child: make a new loop "
        "after the fork, or use a process_pool, or let the child execute another program");
}

void event_loop::report_posted_error(std::exception_ptr error) const noexcept {
    if (handler_) handler_("a posted function", std::move(error));
}

std::optional<duration> event_loop::time_to_sleep() {
    constexpr duration not_at_all = duration::zero();
    const bool has_work = !ready_.empty() || !completed_.empty();
    if (has_work || stopping_ || !posted_.prepare_to_sleep()) return not_at_all;
    const std::optional<time_point> next = timers_.next();
    if (!next && is_stuck()) {
        report_deadlock();
        // Whoever was told may have done something about it.
        if (!ready_.empty() || stopping_) return not_at_all;
    }
    if (!next) return std::nullopt;
    // Compared first: the difference to a deadline long ago may be more than a duration can hold.
    const time_point now = backend_->now();
    return *next > now ? *next - now : not_at_all;
}

void event_loop::wake_finished_operations() noexcept {
    // Some begin the next part of what they do, and come back in the next turn.
    operation_list finished;
    finished.append(completed_);
    while (!finished.empty()) static_cast<io_awaiter&>(finished.pop_front()).finished();
}

// Those that were due when the kernel answered: what has come since goes before later ones.
void event_loop::fire_due_timers() noexcept {
    while (timer* const due = timers_.take_due(kernel_answered_)) due->on_due();
}

void event_loop::run_ready_tasks() {
    const time_point start = now_;
    budget_ = resumptions_per_turn;
    while (budget_ > 0 && now_ - start < time_per_turn) {
        const int resumed = resume_ready_tasks(resumptions_per_clock_reading);
        if (resumed < resumptions_per_clock_reading) break;  // the others wait
        budget_ -= resumed;
        now_ = backend_->now();
    }
    stats_.longest_slice = std::max(stats_.longest_slice, now_ - start);
}

// The innermost loop of all. Returns how many were ready, up to `most`.
int event_loop::resume_ready_tasks(int most) {
    int resumed = 0;
    for (; resumed < most && !ready_.empty(); ++resumed) {
        ++stats_.resumptions;
        task_control& next = ready_.pop_front();
        if (observer_ == nullptr) {
            resume(next);
        } else {
            resume_observed(next);
        }
    }
    running_task_ = nullptr;
    return resumed;
}

void event_loop::resume(task_control& task) noexcept {
    running_task_ = &task;
    task.state = task_state::running;
    task.resume_at.resume();
    if constexpr (!symmetric_transfer) {
        // The task's coroutines pass control to each other by way of here.
        while (task.state == task_state::running) task.resume_at.resume();
    }
    if (task.state == task_state::done) finish(task);
}

// The same with a look at the clock before and after, and perhaps out of turn.
void event_loop::resume_observed(task_control& first) {
    task_control& task = observer_->choose(first, ready_);
    // Kept alive: it may be done after this, and the observer wants its name.
    const counted_ptr<task_control> keep = task.share();
    const time_point start = backend_->now();
    resume(task);
    running_task_ = nullptr;
    observer_->saw_resumption(task, start, backend_->now());
}

void event_loop::finish(task_control& task) noexcept {
    running_task_ = nullptr;
    if (outside_witness_ == &task) outside_witness_ = nullptr;
    --tasks_;
    const bool failed = task.error_unseen;  // nobody can have seen it yet
    task.announce_end();
    if (task.is_named || failed) remembered_.push_back(task);
    task.release();
}

void event_loop::run_until_done(const task_control& task) {
    while (!task.is_done()) {
        run_once();
        if (stopping_) break;
    }
    stopping_ = false;
    if (!task.is_done())
        throw std::runtime_error("the loop was stopped before " + task.name() + " was done");
}

void event_loop::run_forever() {
    do run_once();
    while (!stopping_);
    stopping_ = false;
}

void event_loop::cancel_all_and_wait() {
    scope_.cancel();
    while (tasks_ > 0) {
        stopping_ = false;  // a loop that is to stop does not sleep, but this one may have to
        run_once();
    }
}

loop_stats event_loop::stats() const noexcept {
    loop_stats result = stats_;
    result.system_calls = backend_->system_calls();
    return result;
}

// Whether all tasks wait for each other. Most often one that can be woken from outside still waits
// where it was found the last time.
bool event_loop::is_stuck() noexcept {
    if (tasks_ == 0 || !deadlock_handler_) return false;
    const auto can_be_woken = [](const task_control& task) {
        return task.state == task_state::waiting && task.waiting_for->can_be_woken_from_outside();
    };
    if (outside_witness_ != nullptr && can_be_woken(*outside_witness_)) return false;
    const task_control* each = scope_.next_task(scope_);
    while (each != nullptr && !can_be_woken(*each)) each = scope_.next_task(*each);
    outside_witness_ = each;
    return each == nullptr;
}

void event_loop::report_deadlock() {
    // Once for each time that all come to a stop, also when something wakes the loop meanwhile.
    if (stuck_since_ == stats_.resumptions) return;
    stuck_since_ = stats_.resumptions;
    deadlock_handler_(tasks());
}

loop_observer& event_loop::observer() {
    if (!observer_) observer_ = std::make_unique<loop_observer>();
    return *observer_;
}

void event_loop::warn_about_slow_tasks(duration limit) {
    observer().warn_about_slices_over(limit);
}

void event_loop::choose_next_by(std::function<std::size_t(std::size_t ready)> choose) {
    observer().choose_next_by(std::move(choose));
}

void event_loop::trace_to(const std::string& file) {
    observer().trace_to(file, backend_->now());
}

std::vector<task_info> event_loop::tasks() const {
    std::vector<task_info> all;
    const task_control* each = scope_.next_task(scope_);
    for (; each != nullptr; each = scope_.next_task(*each)) all.push_back(info_of(*each));
    std::ranges::sort(all, {}, &task_info::id);
    return all;
}

void event_loop::post(posted& each) noexcept {
    if (!posted_.push(each)) return;
    backend_->wake();
    posted_.has_woken();
}

void event_loop::run_posted() noexcept {
    const entered here(*this);
    posted_.run_all();
}

void event_loop::name_task(task_control& task, std::string_view name) {
    names_.insert_or_assign(task.id(), name);
    if (task.is_done() && !task.is_linked()) remembered_.push_back(task);
    task.is_named = true;
}

void event_loop::forget(task_control& task) noexcept {
    remembered_.remove(task);
    if (task.error_unseen && !task.ended_cancelled() && handler_)
        handler_(task.name(), task.error());
    if (task.is_named) names_.erase(task.id());
    task.is_named = false;
}

}  // namespace eddy
