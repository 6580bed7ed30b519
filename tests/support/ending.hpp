#pragma once

#include <eddy/cancelled.hpp>
#include <eddy/task.hpp>

#include <ostream>
#include <stdexcept>
#include <string_view>

namespace eddy::testing {

/// How a piece of work ended.
enum class ending { value, cancelled, timeout, task_cancelled, failure };

inline std::ostream& operator<<(std::ostream& out, ending how) {
    constexpr std::string_view words[] = {"value", "cancelled", "timeout", "task_cancelled",
                                          "failure"};
    return out << words[static_cast<std::size_t>(how)];
}

/// Awaits `work` and tells how it ended. Tests only: it keeps `cancelled` from travelling on.
template <class T>
task<ending> ending_of(task<T> work) {
    try {
        co_await std::move(work);
        co_return ending::value;
    } catch (const eddy::cancelled&) {
        co_return ending::cancelled;
    } catch (const timeout_error&) {
        co_return ending::timeout;
    } catch (const eddy::task_cancelled&) {
        co_return ending::task_cancelled;
    } catch (const std::exception&) {
        co_return ending::failure;
    }
}

/// What the work of a test throws.
struct deliberate : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace eddy::testing
