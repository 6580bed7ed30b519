#pragma once

#include <eddy/coroutine.hpp>

#include <string_view>

namespace eddy {

class task_control;

/// What a task is parked on; the base of every awaiter that really waits. It lives in the frame of
/// the parked coroutine, so waiting allocates nothing.
class suspension {
public:
    suspension() noexcept {}  // leaves `task_` as it is
    suspension(const suspension&) = delete;
    suspension& operator=(const suspension&) = delete;

    /// Called by cancellation while parked: stop waiting, set `interrupted` and `wake`, if that can
    /// be done at once; otherwise do nothing and come back as usual. Must not run user code.
    virtual void interrupt() noexcept = 0;

    /// What the task waits for, in words: "sleep", "lock", "receive".
    virtual std::string_view what() const noexcept = 0;

    /// The task that must do something first, if that is known: for people, and to find deadlocks.
    virtual const task_control* waits_for_task() const noexcept { return nullptr; }

    /// Whether something other than a task or a timer of this loop can end the wait.
    virtual bool can_be_woken_from_outside() const noexcept { return false; }

protected:
    ~suspension() = default;

    /// Parks the running task here until `wake`.
    void park(coroutine caller) noexcept;

    /// Lets the others have theirs, now that the running task has used up this turn of the loop.
    void wait_for_next_turn(coroutine caller) noexcept;

    /// Moves the parked task to the ready queue. On the loop's thread only.
    void wake() noexcept;

    /// `wake` after `interrupt`: `await_resume` calls `throw_if_interrupted`, which throws then.
    void wake_interrupted() noexcept;
    static void throw_if_interrupted();

    task_control* parked_task() const noexcept { return task_; }

private:
    void wake_on_other_loop() noexcept;

    task_control* task_;  // once it was parked here
};

/// Throws `cancelled` if the running task's innermost scope is effective. Every awaiter that can
/// wait calls it first, also when it would not have to wait: a suspension point always is one.
inline void checkpoint();

[[noreturn]] void throw_cancelled();

/// Whether `checkpoint` would throw.
inline bool is_cancelled() noexcept;

}  // namespace eddy
