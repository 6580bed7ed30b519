#include <eddy/task_context.hpp>

namespace eddy {

// Not by recursion: a chain may be longer than the stack is deep.
void task_context::destroy() noexcept {
    task_context* last = this;
    do {
        task_context* const outer = last->outer_.release();
        delete last;
        last = outer;
    } while (last != nullptr && --last->references_ == 0);
}

}  // namespace eddy
