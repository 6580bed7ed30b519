#include <eddy/timeout.hpp>

namespace eddy {

void throw_timed_out() {
    throw timeout_error("timed out");
}

task<bool> move_on_after(duration time, task<void> work) {
    deadline_scope scope(time);
    try {
        co_await std::move(work);
        co_return true;
    } catch (const cancelled&) {
        if (!scope.absorbs_cancellation()) throw;
    }
    co_return false;
}

}  // namespace eddy
