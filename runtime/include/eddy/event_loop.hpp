#pragma once

#include <eddy/backend.hpp>
#include <eddy/fork_count.hpp>
#include <eddy/intrusive_queue.hpp>
#include <eddy/post_queue.hpp>
#include <eddy/suspension.hpp>
#include <eddy/task.hpp>
#include <eddy/task_control.hpp>
#include <eddy/task_info.hpp>
#include <eddy/timer_queue.hpp>

#include <cassert>
#include <functional>
#include <unordered_map>

namespace eddy {

/// What a loop has done so far.
struct loop_stats {
    std::uint64_t turns = 0;
    std::uint64_t resumptions = 0;
    std::uint64_t system_calls = 0;  ///< made by the backend
    /// The longest time that 32 resumptions, or a multiple, took in one turn. Fewer are not timed:
    /// `warn_about_slow_tasks` finds single tasks.
    duration longest_slice{};
};

/// Called with a task that failed when nobody can ask for its result any more.
using exception_handler =
    std::function<void(const std::string& task_name, std::exception_ptr error)>;

/// Called with all tasks when none of them can run any more and nothing this loop knows of can wake
/// one: they wait for each other.
using deadlock_handler = std::function<void(const std::vector<task_info>& tasks)>;

class loop_observer;

/// Runs tasks: takes a ready one, resumes it until it waits or ends, takes the next; when none is
/// ready, sleeps in the kernel until something finishes or a timer is due. Everything but `post`
/// belongs to the thread that made it. A thread runs one loop at a time; a task may run another one
/// inside, but not the one that runs it.
class event_loop {
public:
    /// A loop on the best backend of this machine (see `make_backend`).
    event_loop();
    /// A loop on a given backend.
    explicit event_loop(backend_choice on);
    event_loop(const event_loop&) = delete;
    event_loop& operator=(const event_loop&) = delete;
    /// Cancels the tasks that are left and runs them to their end: this waits, for there is no loop
    /// left that could. In a forked child they are left as they are. Calls what was posted, and
    /// what that posts, until there is no more.
    ~event_loop();

    /// The loop that is running on this thread, or null.
    static event_loop* current() noexcept { return current_; }
    /// The same, where there must be one.
    static event_loop& running() noexcept {
        assert(current_ != nullptr && "this needs a running loop: call it in a task of eddy::run");
        return *current_;
    }
    /// The task that is running on this thread. There must be one.
    static task_control& running_task() noexcept {
        assert(current_ != nullptr && current_->running_task_ != nullptr && "outside of any task");
        return *current_->running_task_;
    }
    /// Whether the code that asks runs inside a task.
    static bool is_in_task() noexcept {
        return current_ != nullptr && current_->running_task_ != nullptr;
    }

    /// Runs `work` as a task, and all others meanwhile, until it is done. Returns its result or
    /// throws its exception; `task_cancelled` if it was cancelled.
    template <class T>
    T run_until_complete(task<T> work);

    /// The same for a task that was started; leaves its result where it is.
    void run_until_done(const task_control& task);

    /// Runs tasks until `stop` is called. After a `stop` in advance it takes one turn.
    void run_forever();

    /// Makes `run_forever`, or `run_until_complete`, return after this turn; the tasks stay as they
    /// are. The latter then throws std::runtime_error.
    void stop() noexcept {
        assert_on_its_thread();
        stopping_ = true;
    }

    /// One turn: what other threads posted, what the kernel has finished, due timers, ready tasks.
    /// Throws std::logic_error in a forked child of the process that made the loop, and
    /// std::system_error where the kernel refuses to wait.
    void run_once();

    /// Cancels all tasks and runs them to their end. The loop stays cancelled: tasks that are
    /// started later are cancelled from the start.
    void cancel_all_and_wait();

    /// Calls `f` on the loop's thread in its next turn. From any thread; wakes the loop if it
    /// sleeps. The loop must be there until `f` is called: what `f` does may be what lets it be
    /// destroyed. What `f` throws goes to the exception handler.
    template <std::invocable Callable>
    void post(Callable f) {
        post(*make_posted([this, f = std::move(f)]() mutable noexcept {
                  try {
                      f();
                  } catch (...) {
                      report_posted_error(std::current_exception());
                  }
              }).release());
    }
    /// The same without allocating. The object must live until it is run.
    void post(posted& each) noexcept;

    /// Starts a task beside the others: it stands at the end of the ready queue. Its scope hangs
    /// under `parent`, or under the loop's own.
    template <class T>
    counted_ptr<task_with_result<T>> start(task<T>&& work, cancel_scope* parent = nullptr);

    /// This loop's clock, read once per turn and after every 32 resumptions.
    time_point now() const noexcept { return now_; }

    std::string_view backend_name() const noexcept { return backend_->name(); }
    /// Why this backend was chosen.
    const std::string& backend_reason() const noexcept { return backend_reason_; }
    loop_stats stats() const noexcept;
    /// What every task is doing, without disturbing any.
    std::vector<task_info> tasks() const;
    /// The default prints a line to standard error. Empty: nobody is told.
    void set_exception_handler(exception_handler handler) { handler_ = std::move(handler); }
    /// The default prints who waits for whom to standard error. Empty: nobody is told.
    void set_deadlock_handler(deadlock_handler handler) { deadlock_handler_ = std::move(handler); }

    /// Warns on standard error about every task that holds the loop for longer than `limit` at a
    /// time. On by default, at 100 ms, where the environment says EDDY_DEBUG=1.
    void warn_about_slow_tasks(duration limit = std::chrono::milliseconds(100));

    /// For simulations: `choose(n)` says which of n ready tasks is resumed next, from 0 in the
    /// order of the queue. Empty: the first, as always otherwise.
    void choose_next_by(std::function<std::size_t(std::size_t ready)> choose);

    /// Records what every task does and waits for from now on, as a Chrome trace in JSON, which
    /// https://ui.perfetto.dev opens. Complete when another trace begins or the loop is destroyed.
    /// Throws std::system_error.
    void trace_to(const std::string& file);

    // For awaiters -----------------------------------------------------------------------------

    backend& kernel() noexcept { return *backend_; }
    timer_queue& timers() noexcept { return timers_; }

    /// The running task goes on later: when `on` wakes it.
    void park(suspension& on, coroutine caller) noexcept {
        task_control& task = *running_task_;
        task.resume_at = caller.handle();
        task.waiting_for = &on;
        task.waiting_since = coarse(now_);
        task.state = task_state::waiting;
    }
    /// The running task goes on after the others that are ready.
    void pause(coroutine caller) noexcept {
        task_control& task = *running_task_;
        task.resume_at = caller.handle();
        make_ready(task);
    }
    /// The running task has used up this turn, and goes on in the next one.
    void wait_for_next_turn(coroutine caller) noexcept {
        task_control& task = *running_task_;
        task.resume_at = caller.handle();
        task.state = task_state::ready;
        ready_next_turn_.push_back(task);
    }
    void wake(task_control& task) noexcept {
        assert_on_its_thread();
        assert(task.state == task_state::waiting);
        make_ready(task);
    }

    void assert_on_its_thread() const noexcept {
        assert(home_ == &current_ &&
               "a loop, its tasks and what they wait for belong to the thread that made the loop: "
               "use loop.post from others");
    }

    /// Runs now what other threads have posted.
    void run_posted() noexcept;

    /// Counts work done without suspending against this turn, in resumptions. False: the turn is
    /// used up, and the task should let others run.
    bool take_budget(int work = 1) noexcept {
        if (budget_ > 0) budget_ -= work;
        return budget_ > 0;
    }

    /// Gives an operation that has finished at once back in the next turn, as if it came from the
    /// kernel then.
    void finish_next_turn(operation& each) noexcept { completed_.push_back(each); }

    std::uint32_t next_task_id() noexcept { return ++last_task_id_; }
    // Few tasks have a name of their own: it costs the others nothing.
    void name_task(task_control& task, std::string_view name);
    const std::string& name_of(std::uint32_t id) const { return names_.at(id); }
    /// Of a task that is done, the last handle is gone: nobody can ask for its name or error now.
    void forget(task_control& task) noexcept;

private:
    friend std::coroutine_handle<> transfer_to(coroutine next) noexcept;
    friend void finish_running_task(bool has_failed) noexcept;
    class entered;

    void make_ready(task_control& task) noexcept {
        task.state = task_state::ready;
        ready_.push_back(task);
    }

    std::optional<duration> time_to_sleep();
    void wake_finished_operations() noexcept;
    void fire_due_timers() noexcept;
    void run_ready_tasks();
    int resume_ready_tasks(int most);
    void leave_tasks() noexcept;
    void refuse_to_run_after_fork() const;
    void report_posted_error(std::exception_ptr error) const noexcept;
    void resume(task_control& task) noexcept;
    void resume_observed(task_control& first);
    void finish(task_control& task) noexcept;
    loop_observer& observer();
    bool is_stuck() noexcept;
    void report_deadlock();

    // The scope above all tasks that have no other.
    class loop_scope : public cancel_scope {
    public:
        using cancel_scope::leave_children;
    };

    static inline constinit thread_local event_loop* current_ = nullptr;

    // A task is `running_task_`, stands in a ready queue, waits for something that will wake it, or
    // is done. Until then it hangs in the tree under `scope_`, where all are found; a list of those
    // that wait would have to be written to by every one that begins or ends to wait.
    task_control* running_task_ = nullptr;
    intrusive_queue<task_control> ready_;
    intrusive_queue<task_control> ready_next_turn_;  // this one's budget is used up
    // Done, but with a name or an error that a handle may still ask this loop for.
    intrusive_ring<task_control, cancel_scope> remembered_;
    int budget_ = 0;
    bool stopping_ = false;
    time_point now_;
    time_point kernel_answered_;  // the last time that it was asked
    timer_queue timers_;
    operation_list completed_;
    post_queue posted_;
    std::unique_ptr<backend> backend_;

    std::size_t tasks_ = 0;  // not yet done
    std::uint32_t last_task_id_ = 0;
    std::unordered_map<std::uint32_t, std::string> names_;
    loop_scope scope_;
    loop_stats stats_;
    std::string backend_reason_;
    exception_handler handler_;
    deadlock_handler deadlock_handler_;
    // One of the waiting tasks that something outside can wake, found by the last search.
    const task_control* outside_witness_ = nullptr;
    std::uint64_t stuck_since_ = 0;            // how many resumptions there were
    std::unique_ptr<loop_observer> observer_;  // null: nobody watches, and nothing is measured
    const unsigned forks_ = fork_count();      // tells the process that made it from its children
    // Tells the thread that made it from others, where asserts are on.
    [[maybe_unused]] event_loop* const* const home_ = &current_;
};

template <class T>
counted_ptr<task_with_result<T>> event_loop::start(task<T>&& work, cancel_scope* parent) {
    assert_on_its_thread();
    work.assert_has_work();
    cancel_scope& above = parent != nullptr ? *parent : scope_;
    counted_ptr<task_context> context;
    if (running_task_ != nullptr) context = running_task_->context;
    auto* const control =
        new task_with_result<T>(*this, above, next_task_id(), work.handle(), std::move(context));
    work.release().promise().into = &control->outcome;
    ++tasks_;
    ready_.push_back(*control);
    return counted_ptr<task_with_result<T>>(control);
}

template <class T>
T event_loop::run_until_complete(task<T> work) {
    const auto main = start(std::move(work));
    run_until_done(*main);
    return take_result(*main);
}

inline std::coroutine_handle<> transfer_to(coroutine next) noexcept {
    if constexpr (symmetric_transfer) return next.handle();
    // Back to the loop, which finds the task still running and resumes it there.
    event_loop::current_->running_task_->resume_at = next.handle();
    return std::noop_coroutine();
}

inline void finish_running_task(bool has_failed) noexcept {
    task_control& task = *event_loop::current_->running_task_;
    task.resume_at = {};
    task.state = task_state::done;
    task.error_unseen = has_failed;
}

inline void suspension::park(coroutine caller) noexcept {
    event_loop& loop = *event_loop::current();
    task_ = &event_loop::running_task();
    loop.park(*this, caller);
}

inline void suspension::wait_for_next_turn(coroutine caller) noexcept {
    task_ = &event_loop::running_task();
    event_loop::current()->wait_for_next_turn(caller);
}

inline void suspension::throw_if_interrupted() {
    task_control& task = event_loop::running_task();
    if (!task.interrupted) [[likely]]
        return;
    task.interrupted = false;
    throw_cancelled();
}

// The loop is the one that runs, unless loops are nested. Taken from there, its ready queue is
// known before the task is, and the two are not waited for one after the other: 2 ns of 24 for a
// value that goes through a channel and back.
inline void suspension::wake() noexcept {
    event_loop* const running = event_loop::current();
    if (&task_->loop != running) [[unlikely]]
        return wake_on_other_loop();
    running->wake(*task_);
}

inline bool is_cancelled() noexcept {
    return event_loop::running_task().innermost_scope->is_effective();
}

inline void checkpoint() {
    if (is_cancelled()) [[unlikely]]
        throw_cancelled();
}

}  // namespace eddy
