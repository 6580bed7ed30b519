#pragma once

#include <stdexcept>
#include <string>

namespace eddy {

/// Thrown at a suspension point of a task whose scope was cancelled. Not a `std::exception`, so
/// that `catch (const std::exception&)` cannot swallow it; whoever catches it must rethrow it.
struct cancelled {};

/// What awaiting the handle of a cancelled task throws: "it was cancelled" is not "I am cancelled".
struct task_cancelled : std::runtime_error {
    explicit task_cancelled(const std::string& name)
        : std::runtime_error(name + " was cancelled") {}
};

/// The time given to `with_timeout` and its like was over before the work was done.
struct timeout_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A blocking wait on the thread of a loop that the awaited work itself needs.
struct would_deadlock : std::logic_error {
    using std::logic_error::logic_error;
};

}  // namespace eddy
