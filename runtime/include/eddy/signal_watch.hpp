#pragma once

#include <eddy/event_loop.hpp>
#include <eddy/signals.hpp>

#include <atomic>
#include <cassert>
#include <deque>
#include <memory>
#include <vector>

namespace eddy {

/// Catches signals of the process for as long as it lives, and lets a task wait for them:
/// `const int number = co_await watch.next();` A signal that comes while nobody waits is kept; the
/// same one coming again meanwhile counts once, as signals do. While SIGINT is watched, Ctrl-C only
/// wakes the watch: it neither cancels the task of `run` nor ends the process.
class signal_watch final : private signal_listener {
public:
    /// In a running loop. Throws std::system_error if a signal cannot be caught, or if another one
    /// watches for it already.
    explicit signal_watch(std::vector<int> numbers);
    ~signal_watch();

    class [[nodiscard]] awaiter final : public suspension {
    public:
        explicit awaiter(signal_watch& watch) noexcept : watch_(watch) {}

        bool await_ready() const {
            checkpoint();
            return watch_.has_arrived();
        }
        void await_suspend(coroutine caller) noexcept {
            assert(watch_.waiting_ == nullptr &&
                   "another task waits for this watch: let one task wait, and tell the others by "
                   "an event or a queue");
            watch_.waiting_ = this;
            park(caller);
        }
        int await_resume() const {
            throw_if_interrupted();
            return watch_.take();
        }
        void interrupt() noexcept override {
            if (std::exchange(watch_.waiting_, nullptr) != nullptr) wake_interrupted();
        }
        std::string_view what() const noexcept override { return "signal"; }
        bool can_be_woken_from_outside() const noexcept override { return true; }

    private:
        friend class signal_watch;
        signal_watch& watch_;
    };

    /// Waits for one of the signals. One task at a time.
    awaiter next() noexcept { return awaiter(*this); }

private:
    struct watched {
        explicit watched(int which) noexcept : number(which) {}
        const int number;
        // Set by the handler, cleared by the loop's thread: the flag is all that passes between.
        std::atomic<bool> arrived = false;
    };

    class notice;
    struct leave {
        void operator()(notice* left) const noexcept;
    };

    void release_all() noexcept;
    void on_signal(int number) noexcept override;
    void wake_waiter() noexcept;

    bool has_arrived() const noexcept;
    int take() noexcept;

    event_loop& loop_;
    std::deque<watched> signals_;
    std::unique_ptr<notice, leave> notice_;
    awaiter* waiting_ = nullptr;
};

/// Waits for one signal, which is caught only meanwhile: `co_await next_signal(SIGTERM);`
task<int> next_signal(int number);

}  // namespace eddy
