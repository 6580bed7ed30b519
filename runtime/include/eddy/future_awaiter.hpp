#pragma once

#include <eddy/future_state.hpp>
#include <eddy/post_queue.hpp>
#include <eddy/suspension.hpp>

#include <string_view>

namespace eddy {

class event_loop;

/// What a cancelled task does about work of another thread that it waits for: stops it, and waits
/// for what cannot be stopped, or does not; or leaves it as it is, to be waited for again.
enum class when_cancelled { wait, abandon, leave };

/// Parks a task until a future is done. The thread that finishes the future posts this awaiter to
/// the loop, which makes the task ready: no allocation, and no lock in the loop.
class future_suspension : public suspension, private future_watcher, private posted {
public:
    bool await_ready() const noexcept { return false; }
    bool await_suspend(coroutine caller) noexcept;

    void interrupt() noexcept override;
    std::string_view what() const noexcept override { return "future"; }
    bool can_be_woken_from_outside() const noexcept override { return true; }

protected:
    future_suspension(future_core& awaited, when_cancelled how) noexcept
        : core_(awaited), how_(how) {}

    /// Whether the wait was cancelled, and takes no result.
    bool has_left() const noexcept { return has_left_; }
    /// Throws if the wait was cancelled.
    void stop_waiting();
    /// Throws what is to be thrown in place of a result.
    void end_wait();

private:
    void on_done() noexcept override;
    void run() noexcept override { wake(); }

    future_core& core_;
    when_cancelled how_;
    bool began_cancelled_ = false;  // the task was cancelled before it came here
    bool was_watching_ = false;
    bool has_left_ = false;
    bool has_cancelled_ = false;  // the future
    event_loop* loop_ = nullptr;
};

/// The awaiter of a future; the future must outlive it.
template <class T>
class [[nodiscard]] future_awaiter final : public future_suspension {
public:
    future_awaiter(future_state<T>& awaited, when_cancelled how) noexcept
        : future_suspension(awaited, how), state_(awaited) {}

    T await_resume() {
        if (has_left()) state_.is_abandoned = true;
        end_wait();
        state_.is_seen = true;
        return std::move(state_.outcome).value();
    }

private:
    future_state<T>& state_;
};

/// Waits until a future is done and takes nothing from it: whoever is cancelled here has lost
/// nothing. The future must outlive it.
class [[nodiscard]] done_awaiter final : public future_suspension {
public:
    explicit done_awaiter(future_core& awaited) noexcept
        : future_suspension(awaited, when_cancelled::leave) {}

    void await_resume() { stop_waiting(); }
};

}  // namespace eddy
