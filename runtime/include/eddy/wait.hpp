#pragma once

#include <eddy/create_task.hpp>
#include <eddy/return_when.hpp>
#include <eddy/timer_queue.hpp>

#include <deque>
#include <optional>
#include <utility>
#include <vector>

namespace eddy {

/// Sees tasks end, and wakes whoever waits for enough of them to have.
class end_watcher final : public suspension, private timer {
public:
    explicit end_watcher(return_when when, std::optional<duration> timeout) noexcept
        : when_(when), timeout_(timeout) {}
    ~end_watcher();

    /// Watches one more task. Before it is awaited.
    void watch(task_control& task);

    bool await_ready() const {
        checkpoint();
        return is_enough();
    }
    void await_suspend(coroutine caller);
    void await_resume() const { throw_if_interrupted(); }

    void interrupt() noexcept override;
    std::string_view what() const noexcept override { return "tasks"; }

private:
    class observer final : public task_observer {
    public:
        observer(end_watcher& watcher, task_control& task) noexcept
            : watcher_(watcher), task_(task) {}
        void on_done(task_control& task) noexcept override { watcher_.saw_end(task); }
        void stop() noexcept {
            if (is_linked()) task_.observers.remove(*this);
        }

    private:
        end_watcher& watcher_;
        task_control& task_;
    };

    bool is_enough() const noexcept { return decided_ || running_ == 0; }
    void count(const task_control& ended) noexcept;
    void saw_end(const task_control& task) noexcept;
    void on_due() noexcept override { stop_waiting(); }
    void stop_waiting() noexcept;

    const return_when when_;
    const std::optional<duration> timeout_;
    std::deque<observer> observers_;
    std::size_t running_ = 0;
    bool decided_ = false;  // one has ended that is enough alone
    bool parked_ = false;
};

/// What `wait` has seen, in the order in which the handles were given.
template <class T>
struct waited_tasks {
    std::vector<task_handle<T>> done;
    std::vector<task_handle<T>> pending;
};

/// Waits until tasks have ended, as many as `when` says, or until the timeout. Throws nothing that
/// they have thrown and cancels none of them, also when it is cancelled itself.
template <class T>
task<waited_tasks<T>> wait(std::vector<task_handle<T>> handles,
                           return_when when = return_when::all_completed,
                           std::optional<duration> timeout = std::nullopt) {
    end_watcher watcher(when, timeout);
    for (const task_handle<T>& each : handles) watcher.watch(each.control());
    co_await watcher;

    waited_tasks<T> seen;
    for (task_handle<T>& each : handles) {
        (each.done() ? seen.done : seen.pending).push_back(std::move(each));
    }
    co_return seen;
}

}  // namespace eddy
