#pragma once

#include <eddy/cancel_scope.hpp>
#include <eddy/coroutine.hpp>
#include <eddy/result.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace eddy {

class event_loop;
class suspension;
class task_control;

/// A task is in exactly one of these states. `ready`: it stands in the loop's ready queue.
/// `waiting`: it stands among the waiting tasks and is parked on a suspension.
enum class task_state : std::uint8_t { ready, running, waiting, done };

/// Is told when a task is done. The loop calls it; it may only append to queues.
class task_observer : public list_node<task_observer> {
public:
    virtual void on_done(task_control& task) noexcept = 0;

protected:
    ~task_observer() = default;
};

/// One spawned task: where it goes on when it is resumed, what it waits for, and its scope.
/// Made once, together with the place of its result; used on its loop's thread only.
class task_control : public list_node<>, public cancel_scope {
public:
    task_control(event_loop& loop, cancel_scope& parent) noexcept;
    virtual ~task_control();

    static void* operator new(std::size_t size) { return frame_allocator::allocate(size); }
    static void operator delete(void* memory, std::size_t size) noexcept {
        frame_allocator::deallocate(memory, size);
    }

    /// The exception it ended with; null while it runs or if there is a value.
    virtual const std::exception_ptr& error() const noexcept = 0;

    bool is_done() const noexcept { return state == task_state::done; }
    /// Whether it ended by `cancelled`.
    bool ended_cancelled() const noexcept;

    std::string name() const;
    void set_name(std::string_view name);

    /// The task is done: tells those who wait for it and the scope it hung under.
    void announce_end() noexcept;

    // Counted by the loop, until the task is done, and by the handles.
    void acquire() noexcept { ++references_; }
    void release() noexcept;

    event_loop& loop;
    std::coroutine_handle<> resume_at;  // its innermost coroutine, while it is suspended
    suspension* waiting_for = nullptr;  // while it is waiting
    cancel_scope* innermost_scope = this;
    intrusive_list<task_observer, task_observer> observers;

    task_state state = task_state::ready;
    bool error_seen = false;  // somebody has been given the exception

private:
    std::uint32_t references_ = 1;
    std::uint64_t id_;
    std::unique_ptr<std::string> name_;
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

/// A counted reference to a task.
template <class Task>
class task_reference {
public:
    task_reference() noexcept = default;
    /// Takes over one count.
    explicit task_reference(Task* task) noexcept : task_(task) {}
    task_reference(const task_reference& other) noexcept : task_(other.task_) {
        if (task_) task_->acquire();
    }
    task_reference(task_reference&& other) noexcept : task_(std::exchange(other.task_, nullptr)) {}
    task_reference& operator=(task_reference other) noexcept {
        std::swap(task_, other.task_);
        return *this;
    }
    ~task_reference() {
        if (task_) task_->release();
    }

    Task& operator*() const noexcept { return *task_; }
    Task* operator->() const noexcept { return task_; }
    explicit operator bool() const noexcept { return task_ != nullptr; }

private:
    Task* task_ = nullptr;
};

}  // namespace eddy
