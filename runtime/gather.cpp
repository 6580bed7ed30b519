#include <eddy/gather.hpp>

namespace eddy {

task<void> gather_vector(std::vector<task<void>> works) {
    child_tasks children;
    for (task<void>& work : works) children.start(std::move(work));
    co_await children.all_done();
    children.throw_failure();
}

}  // namespace eddy
