#include <eddy/process_job.hpp>

#include <eddy/cancelled.hpp>

#include "process_scheduler.hpp"

namespace eddy {

bool process_job::ask_to_stop(cancel_mode mode) noexcept {
    if (!decide(fate::cancelled)) return false;
    pool->ask_to_stop(id, mode);
    return true;
}

void process_job::check_thread() const {
    if (pool->is_needed_here())
        throw would_deadlock("the result of a process pool's call cannot be waited for by blocking "
                             "the thread of the pool's loop: co_await it");
}

}  // namespace eddy
