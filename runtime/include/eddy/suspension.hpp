#pragma once

#include <eddy/coroutine.hpp>

#include <string_view>

namespace eddy {

class task_control;

/// What a task is parked on; the base of every awaiter that really waits. It lives in the frame of
/// the parked coroutine, so waiting allocates nothing.
class suspension {
public:
    suspension() noexcept = default;
    suspension(const suspension&) = delete;
    suspension& operator=(const suspension&) = delete;

    /// Called by cancellation while parked: stop waiting, set `interrupted` and `wake`, if that can
    /// be done at once; otherwise do nothing and come back as usual. Must not run user code.
    virtual void interrupt() noexcept = 0;

    /// What the task waits for, in words: "sleep", "lock", "receive".
    virtual std::string_view what() const noexcept = 0;

protected:
    ~suspension() = default;

    /// Parks the running task here until `wake`.
    void park(coroutine caller) noexcept;

    /// Gives the processor to the other ready tasks; the task stays ready.
    void pause(coroutine caller) noexcept;

    /// Moves the parked task to the ready queue. On the loop's thread only.
    void wake() noexcept;

    /// Came back early: `wake` after `interrupt`. Then `throw_if_interrupted` throws `cancelled`.
    void wake_interrupted() noexcept {
        interrupted_ = true;
        wake();
    }
    void throw_if_interrupted() const;
    bool was_interrupted() const noexcept { return interrupted_; }

    task_control* parked_task() const noexcept { return task_; }

private:
    task_control* task_ = nullptr;
    bool interrupted_ = false;
};

/// Throws `cancelled` if the running task's innermost scope is effective. Every awaiter that can
/// wait calls it first, also when it would not have to wait: a suspension point always is one.
void checkpoint();

/// Whether `checkpoint` would throw.
bool is_cancelled() noexcept;

}  // namespace eddy
