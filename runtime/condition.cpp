#include <eddy/condition.hpp>

#include <eddy/timeout.hpp>

namespace eddy {
namespace {

task<lock::guard> take(lock& mutex) {
    co_return co_await mutex.acquire();
}

}  // namespace

task<> condition::wait(lock& mutex, lock::guard& held) {
    held.release();
    std::exception_ptr ended;
    try {
        co_await notified();
    } catch (...) {
        ended = std::current_exception();
    }
    held = co_await shield(take(mutex));
    if (ended) std::rethrow_exception(ended);
}

}  // namespace eddy
