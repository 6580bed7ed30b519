#pragma once

#include <eddy/event_loop.hpp>

namespace eddy {

/// A task that stands in the wait list of a lock, semaphore, event or queue. Either it is linked
/// and waits, or it was chosen and is about to be resumed.
class waiter : public suspension, public list_node<waiter> {
public:
    /// Takes the first of a list and makes its task ready.
    static void wake_first(intrusive_list<waiter, waiter>& waiters) noexcept {
        waiter& first = waiters.pop_front();
        first.wake();
    }

    void interrupt() noexcept override {
        if (!list_node<waiter>::is_linked()) return;  // it was chosen
        list_node<waiter>::unlink();
        wake_interrupted();
    }

protected:
    ~waiter() = default;
};

using wait_list = intrusive_list<waiter, waiter>;

}  // namespace eddy
