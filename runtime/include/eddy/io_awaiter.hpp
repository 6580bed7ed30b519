#pragma once

#include <eddy/event_loop.hpp>

#include <string>

namespace eddy {

/// Awaits one operation of the kernel. The operation is part of the awaiter and so of the frame of
/// the waiting coroutine: starting it allocates nothing.
///
/// A cancelled task gets its operation back early, but never before the kernel has let go of its
/// buffers. If the result was faster, the task gets it, and is cancelled at its next suspension.
class io_awaiter : public suspension, public operation {
public:
    /// `remote` is named in errors; it must outlive the awaiter. Null: nothing to name.
    io_awaiter(opcode what_to_do, native_handle on, const endpoint* remote = nullptr) noexcept
        : remote_(remote) {
        code = what_to_do;
        handle = on;
    }
    ~io_awaiter() {
        assert(!in_flight &&
               "a coroutine was destroyed while the kernel uses its buffers: cancel its task first "
               "and await that");
    }

    bool await_ready() const {
        checkpoint();
        return false;
    }

    bool await_suspend(coroutine caller) noexcept {
        return suspend_if(event_loop::current()->kernel().submit(*this), caller);
    }

    /// The operation's value; throws `cancelled`, or std::system_error naming verb and counterpart.
    std::uint64_t await_resume() const {
        if (error) throw_error();
        return value;
    }

    void interrupt() noexcept override { parked_task()->loop.kernel().cancel(*this); }
    std::string_view what() const noexcept override { return to_string(code); }
    bool can_be_woken_from_outside() const noexcept override { return true; }

    /// The kernel has given the operation back.
    void finished() noexcept {
        in_flight = false;
        if (goes_on && start_again()) return;
        wake();
    }

protected:
    /// The operation was started and is in flight, or has finished at once: then the task goes on,
    /// unless its turn is used up.
    bool suspend_if(bool is_in_flight, coroutine caller) noexcept {
        if (is_in_flight) {
            park(caller);
            return true;
        }
        if (event_loop::current()->take_budget(work())) return false;
        wait_for_next_turn(caller);
        return true;
    }

    /// Where it `goes_on`: whether a part is left to do, and is in flight now.
    virtual bool start_again() noexcept { return false; }

    /// What the operation concerns, as errors name it: a peer, a file. Empty: nothing to name.
    virtual std::string counterpart() const;

private:
    [[noreturn]] void throw_error() const;

    // In resumptions of a task: what copying some bytes takes as long as.
    int work() const noexcept {
        constexpr std::uint64_t bytes_per_resumption = 16 * 1024;
        const bool is_transfer = code != opcode::accept && !error;
        return is_transfer ? 1 + static_cast<int>(value / bytes_per_resumption) : 1;
    }

    const endpoint* remote_;
};

}  // namespace eddy
