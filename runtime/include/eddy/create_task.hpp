#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <string_view>
#include <tuple>

namespace eddy {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

/// A callable that makes a task from these arguments: a function, or a lambda, that is a coroutine.
template <class F, class... Arguments>
concept task_function =
    std::invocable<F, Arguments...> && is_task<std::invoke_result_t<F, Arguments...>>;

/// Waits until a task is done. The waiting task can be cancelled; the other one goes on.
class [[nodiscard]] join_awaiter : public suspension, public task_observer {
public:
    explicit join_awaiter(task_control& other) noexcept : other_(other) {}

    bool await_ready() const {
        checkpoint();
        return other_.is_done();
    }
    void await_suspend(coroutine caller) noexcept {
        other_.observers.push_back(*this);
        park(caller);
    }

    void on_done(task_control&) noexcept override { wake(); }
    void interrupt() noexcept override {
        if (!is_linked()) return;  // it is done, and this task is about to be resumed
        other_.observers.remove(*this);
        wake_interrupted();
    }
    std::string_view what() const noexcept override { return "task"; }
    const task_control* waits_for_task() const noexcept override { return &other_; }

private:
    task_control& other_;
};

/// A spawned task: await it for its result, ask whether it is done, cancel it. Dropping the handle
/// detaches the task; it goes on. Belongs to the thread of its loop.
template <class T>
class task_handle {
public:
    explicit task_handle(counted_ptr<task_with_result<T>> task) noexcept : task_(std::move(task)) {}

    bool done() const noexcept { return there().is_done(); }
    bool cancelled() const noexcept { return there().is_done() && there().ended_cancelled(); }

    /// Makes every suspension point of the task throw `cancelled` from now on. Does not wait.
    void cancel() noexcept {
        there().loop.assert_on_its_thread();
        there().cancel();
    }

    /// Calls `f(handle)` on the loop, outside of any task, in the turn after the task is done, or
    /// in the next one if it is done already. `f` must not throw.
    template <std::invocable<task_handle&> F>
    void add_done_callback(F f) {
        auto* const call = new done_callback<F>(*this, std::move(f));
        if (done()) {
            call->on_done(*task_);
        } else {
            task_->observers.push_back(*call);
        }
    }

    std::string name() const { return there().name(); }

    /// The task itself, for those who build on tasks.
    task_control& control() const noexcept { return there(); }

    class [[nodiscard]] awaiter : public join_awaiter {
    public:
        explicit awaiter(task_handle& handle) noexcept
            : join_awaiter(handle.there()), handle_(handle) {}
        decltype(auto) await_resume() {
            throw_if_interrupted();
            return handle_.get();
        }

    private:
        task_handle& handle_;
    };

    class [[nodiscard]] last_awaiter : public join_awaiter {
    public:
        explicit last_awaiter(task_handle&& handle) noexcept
            : join_awaiter(handle.there()), task_(std::move(handle.task_)) {}
        T await_resume() {
            throw_if_interrupted();
            return take_result(*task_);
        }

    private:
        counted_ptr<task_with_result<T>> task_;
    };

    /// Waits until the task is done; gives a reference to its result, or throws what it threw.
    /// A task that was cancelled throws `task_cancelled`.
    awaiter operator co_await() & noexcept { return awaiter(*this); }
    /// The same, and moves the result out.
    last_awaiter operator co_await() && noexcept { return last_awaiter(std::move(*this)); }

    /// The result of a task that is done.
    decltype(auto) get() {
        assert(done());
        if (task_->error()) throw_error_of(*task_);
        return task_->outcome.value();
    }

private:
    // Owns itself: the task calls it when it is done, then the loop does.
    template <class F>
    class done_callback final : public task_observer, private posted {
    public:
        done_callback(task_handle handle, F f) : handle_(std::move(handle)), f_(std::move(f)) {}
        void on_done(task_control& task) noexcept override { task.loop.post(*this); }

    private:
        void run() noexcept override {
            const std::unique_ptr<done_callback> last_use(this);
            f_(handle_);
        }

        task_handle handle_;
        F f_;
    };

    task_with_result<T>& there() const noexcept {
        assert(task_ &&
               "this handle was moved from: `co_await std::move(handle)` takes it along with its "
               "result, `co_await handle` leaves both");
        return *task_;
    }

    counted_ptr<task_with_result<T>> task_;
};

/// Keeps a callable and its arguments alive for as long as the coroutine made from them runs: a
/// lambda's captures live in the lambda, not in its coroutine.
template <class F, class... Arguments>
    requires task_function<F&, Arguments&&...>
std::invoke_result_t<F&, Arguments&&...> call_and_keep(F f, Arguments... arguments) {
    co_return co_await std::invoke(f, std::move(arguments)...);
}

/// A task as it is, or the task that a callable makes, with whatever it needs kept alive.
template <class T>
task<T> to_task(task<T> work) noexcept {
    return work;
}
template <class F, class... Arguments>
    requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
auto to_task(F&& f, Arguments&&... arguments) {
    if constexpr (std::is_empty_v<std::decay_t<F>> && sizeof...(Arguments) == 0) {
        return std::invoke(f);  // has nothing that would have to be kept
    } else {
        return call_and_keep<std::decay_t<F>, std::decay_t<Arguments>...>(
            std::forward<F>(f), std::forward<Arguments>(arguments)...);
    }
}

/// Asserts that a task which is to outlive the expression that made it has all that it needs.
template <class T>
void assert_can_outlive_its_maker(const task<T>& work) noexcept {
    assert(!work.needs_its_closure() &&
           "the captures of this lambda may be gone when its task runs: hand over the lambda "
           "itself and its arguments, create_task(f, x) for create_task(f(x)), so that they are "
           "kept; or capture nothing and pass what it needs as arguments");
    static_cast<void>(work);
}

/// Starts a task beside the running one, at the end of the ready queue. It is independent: it lives
/// until it ends or its loop does. Must be called while a loop runs. A lambda with captures is
/// handed over as it is, not called: see the other overload.
template <class T>
task_handle<T> create_task(task<T> work) {
    assert(event_loop::current() != nullptr && "create_task needs a running loop");
    assert_can_outlive_its_maker(work);
    return task_handle<T>(event_loop::current()->start(std::move(work)));
}

/// The same with a name, for people; an empty one is none.
template <class T>
task_handle<T> create_task(task<T> work, std::string_view name) {
    task_handle<T> started = create_task(std::move(work));
    if (!name.empty()) started.control().set_name(name);
    return started;
}

/// The same with a callable, which is kept with its arguments until the task has ended.
template <class F, class... Arguments>
    requires task_function<std::decay_t<F>&, std::decay_t<Arguments>&&...>
auto create_task(F&& f, Arguments&&... arguments) {
    return create_task(to_task(std::forward<F>(f), std::forward<Arguments>(arguments)...));
}

}  // namespace eddy
