#pragma once

#include <eddy/future.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

namespace eddy {

/// What a future throws whose producer went away without finishing it.
struct future_abandoned : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Asked by `cancel` for work that is running, on the calling thread: makes the work end early, or
/// returns false if it cannot. Must not block.
using cancel_hook = std::function<bool(cancel_mode)>;

/// The producer's end of a future: makes it, and finishes it once. Belongs to one thread at a time.
/// A pool with a state of its own, derived from `future_state<T>`, hands that over.
template <class T>
class completer {
public:
    explicit completer(cancel_hook hook = {}) : completer(*new hooked_state(std::move(hook))) {}
    /// Takes over the producer's end of a state.
    explicit completer(future_state<T>& state) noexcept : state_(&state) {}
    completer(completer&& other) noexcept
        : state_(std::exchange(other.state_, nullptr)), started_(other.started_) {}
    completer& operator=(completer&& other) noexcept {
        completer old(std::move(*this));
        state_ = std::exchange(other.state_, nullptr);
        started_ = other.started_;
        return *this;
    }
    ~completer() {
        if (state_ == nullptr) return;
        // Tells whoever waits; if nobody does, nothing has gone wrong.
        if (start()) state_->is_seen = true;
        constexpr auto reason = "the work was dropped before it was done";
        set_exception(std::make_exception_ptr(future_abandoned(reason)));
    }

    /// The consumer's end. Once, unless somebody has it already.
    future<T> get_future() noexcept { return future<T>(*state_); }

    /// Marks the work as running. False: it was cancelled before, and there is nothing to do.
    bool start() noexcept {
        started_ = started_ || state_->start();
        return started_;
    }

    /// Each of the next three finishes the future, unless it was cancelled, and lets it go.
    template <class... Arguments>
    void set_result(Arguments&&... arguments) {
        if (start()) state_->outcome.set_value(std::forward<Arguments>(arguments)...);
        end();
    }
    void set_exception(std::exception_ptr error) noexcept {
        if (start()) state_->outcome.set_error(std::move(error));
        end();
    }
    void set_cancelled() noexcept { end(true); }

private:
    class hooked_state final : public future_state<T> {
    public:
        explicit hooked_state(cancel_hook hook) : hook_(std::move(hook)) {}

    private:
        bool stop_running(cancel_mode mode) noexcept override { return hook_ && hook_(mode); }

        const cancel_hook hook_;
    };

    void end(bool cancelled = false) noexcept {
        future_state<T>& last = *std::exchange(state_, nullptr);
        if (started_ || last.start())
            last.finish_and_drop(cancelled);
        else
            last.drop_producer();
    }

    future_state<T>* state_;
    bool started_ = false;
};

}  // namespace eddy
