#include <eddy/suspension.hpp>

#include <eddy/cancelled.hpp>
#include <eddy/event_loop.hpp>

namespace eddy {

void suspension::wake_interrupted() noexcept {
    task_->interrupted = true;
    wake();
}

void suspension::wake_on_other_loop() noexcept {
    task_->loop.wake(*task_);
}

void throw_cancelled() {
    throw cancelled();
}

}  // namespace eddy
