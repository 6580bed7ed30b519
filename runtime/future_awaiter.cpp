#include <eddy/future_awaiter.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

bool future_suspension::await_suspend(coroutine caller) noexcept {
    event_loop& loop = *event_loop::current();
    loop_ = &loop;
    // Elsewhere a cancelled task starts nothing; here the work is under way, and is not left alone.
    began_cancelled_ = is_cancelled();
    if (began_cancelled_ && how_ != when_cancelled::leave)
        has_cancelled_ = core_.cancel(cancel_mode::stop);
    has_left_ = began_cancelled_ && how_ != when_cancelled::wait;
    if (has_left_) return false;
    if (core_.watch(*this)) {
        // What is posted from now on stays in the queue until this turn is over.
        was_watching_ = true;
        park(caller);
        return true;
    }
    if (loop.take_budget()) return false;
    wait_for_next_turn(caller);
    return true;
}

void future_suspension::on_done() noexcept {
    loop_->post(static_cast<posted&>(*this));
}

void future_suspension::interrupt() noexcept {
    if (how_ != when_cancelled::wait) {
        // Too late: it is done and has been posted.
        if (!core_.unwatch(*this)) return;
        has_left_ = true;
        wake_interrupted();
    }
    if (how_ == when_cancelled::leave) return;
    // If that ends the work now, `on_done` is called as usual.
    has_cancelled_ = core_.cancel(cancel_mode::stop);
}

void future_suspension::stop_waiting() {
    // The other thread may still be inside of `post`, and we may be about to end the loop.
    if (was_watching_) core_.let_watchers_return();
    if (has_cancelled_) core_.run_callbacks();
    throw_if_interrupted();
    if (began_cancelled_) throw cancelled();
}

void future_suspension::end_wait() {
    stop_waiting();
    if (!core_.is_cancelled()) return;
    if (is_cancelled()) throw cancelled();
    throw task_cancelled("a submitted call");
}

}  // namespace eddy
