#pragma once

#include <eddy/backend.hpp>
#include <eddy/cancel_scope.hpp>
#include <eddy/coroutine.hpp>
#include <eddy/counted_ptr.hpp>
#include <eddy/intrusive_queue.hpp>
#include <eddy/result.hpp>
#include <eddy/task_context.hpp>

#include <cstdint>
#include <string>

namespace eddy {

class event_loop;
class suspension;
class task_control;

/// A task is in exactly one of these states. `ready`: it stands in the loop's ready queue.
/// `waiting`: it is parked on a suspension, which knows it and will wake it.
enum class task_state : std::uint8_t { ready, running, waiting, done };

/// A time in steps of about a millisecond (2^20 ns), in half the memory; starts again after 52
/// days.
using coarse_time = std::uint32_t;

inline coarse_time coarse(time_point time) noexcept {
    return static_cast<coarse_time>(time.time_since_epoch().count() >> 20);
}

/// The time that has passed between two coarse times.
inline duration coarse_difference(coarse_time later, coarse_time earlier) noexcept {
    return duration(static_cast<std::int64_t>(coarse_time(later - earlier)) << 20);
}

/// Is told when a task is done. The loop calls it; it may only append to queues.
class task_observer : public ring_node<task_observer> {
public:
    virtual void on_done(task_control& task) noexcept = 0;

protected:
    ~task_observer() = default;
};

/// One spawned task: where it goes on when it is resumed, what it waits for, and its scope.
/// Made once, together with the place of its result; used on its loop's thread only.
class task_control : public cancel_scope, public queue_node {
public:
    /// Ready to begin with `root`, its outermost coroutine.
    task_control(event_loop& on, cancel_scope& parent, std::uint32_t id,
                 std::coroutine_handle<> root, counted_ptr<task_context> inherited) noexcept
        : resume_at(root), loop(on), context(std::move(inherited)), id_(id) {
        enter(parent);
    }
    virtual ~task_control() = default;

    static void* operator new(std::size_t size) { return frame_allocator::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        frame_allocator::deallocate(memory, size);
    }

    /// The exception it ended with; null while it runs or if there is a value.
    virtual const std::exception_ptr& error() const noexcept = 0;

    bool is_done() const noexcept { return state == task_state::done; }
    /// Whether it ended by `cancelled`.
    bool ended_cancelled() const noexcept;

    /// Unique on its loop, from 1.
    std::uint32_t id() const noexcept { return id_; }

    /// The task under whose scope this one hangs; null for an independent one.
    const task_control* parent_task() const noexcept { return inhabitant_above(); }

    std::string name() const;
    void set_name(std::string_view name);

    /// The task is done: tells those who wait for it and the scope it hung under.
    void announce_end() noexcept {
        cancel_scope* const parent = leave();
        while (!observers.empty()) observers.pop_front().on_done(*this);
        parent->on_task_done(*this);
    }

    counted_ptr<task_control> share() noexcept {
        acquire();
        return counted_ptr<task_control>(this);
    }

    // Counted by the loop, until the task is done, and by the handles; from the start by one of
    // each.
    void acquire() noexcept { ++references_; }
    void release() noexcept {
        if (--references_ > 0) return;
        if (is_remembered()) be_forgotten();
        delete this;
    }

    // What a switch between tasks looks at comes first, together.
    std::coroutine_handle<> resume_at;  // its innermost coroutine, while it is suspended
    cancel_scope* innermost_scope = this;
    task_state state = task_state::ready;
    bool interrupted = false;   // it was woken by a cancellation, before what it waited for
    bool error_unseen = false;  // it has failed, and nobody was given the exception yet
    bool is_named = false;
    coarse_time waiting_since;  // while it is waiting
    suspension* waiting_for;    // while it is waiting
    event_loop& loop;
    intrusive_ring<task_observer, task_observer> observers;
    counted_ptr<task_context> context;  // its task-local values

private:
    task_control* inhabitant() const noexcept final { return const_cast<task_control*>(this); }
    // A task that is done hangs under no scope: then its links there serve the loop's memory of it.
    bool is_remembered() const noexcept { return is_linked(); }
    void be_forgotten() noexcept;

    std::uint32_t references_ = 2;
    const std::uint32_t id_;
};

/// Throws the error of a task that has failed, as those who await it see it.
[[noreturn]] void throw_error_of(task_control& task);

/// A task and the place for its result.
template <class T>
class task_with_result final : public task_control {
public:
    using task_control::task_control;

    const std::exception_ptr& error() const noexcept override { return outcome.error(); }

    result<T> outcome;
};

/// The result of a task that is done. Throws its exception, or `task_cancelled` for `cancelled`.
template <class T>
T take_result(task_with_result<T>& task) {
    if (task.error()) throw_error_of(task);
    return std::move(task.outcome).value();
}

}  // namespace eddy
