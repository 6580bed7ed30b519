#include <eddy/task_context.hpp>

namespace eddy {

void task_context::destroy() noexcept {
    delete this;
}

}  // namespace eddy
