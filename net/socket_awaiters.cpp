#include <eddy/socket_awaiters.hpp>

namespace eddy {

// Not where its task was cancelled while the kernel took a part: only the whole is a result.
bool write_all_awaiter::start_again() noexcept {
    if (!skip_sent()) return false;
    if (!parked_task()->innermost_scope->is_effective()) return submit_rest();
    error = std::errc::operation_canceled;
    return false;
}

// False: it has finished at once, all of it or with an error. The socket may have been closed since
// the last time, and another one be in its place.
bool write_all_awaiter::submit_rest() noexcept {
    if (socket_.closings() != closings_) {
        error = std::errc::operation_canceled;
        return false;
    }
    event_loop& loop = *event_loop::current();
    if (loop.kernel().submit(*this)) return true;
    if (!skip_sent()) return false;
    // A peer may take it as fast as it is sent: one part per turn, that the others have theirs.
    value = 0;
    loop.finish_next_turn(*this);
    return true;
}

bool write_all_awaiter::skip_sent() noexcept {
    if (error) return false;
    left_.data = static_cast<std::byte*>(left_.data) + value;
    left_.size -= value;
    return left_.size > 0;
}

}  // namespace eddy
