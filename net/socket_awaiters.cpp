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
// the last time.
bool write_all_awaiter::submit_rest() noexcept {
    do {
        handle = socket_.get();
        if (event_loop::current()->kernel().submit(*this)) return true;
    } while (skip_sent());
    return false;
}

bool write_all_awaiter::skip_sent() noexcept {
    if (error) return false;
    left_.data = static_cast<std::byte*>(left_.data) + value;
    left_.size -= value;
    return left_.size > 0;
}

}  // namespace eddy
