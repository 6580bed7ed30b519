#pragma once

#include <eddy/future.hpp>

#include <concepts>
#include <cstddef>
#include <stdexcept>

namespace eddy {

/// What happens to work that stands in a pool's queues when the pool is shut down.
enum class shutdown_mode { drain, cancel_pending };

/// Thrown by `submit` after the pool was shut down, and in a forked child of the process that made
/// the pool, where its threads are not.
struct pool_closed : std::logic_error {
    using std::logic_error::logic_error;
};

inline constexpr const char* pool_of_the_parent =
    "submit: this pool belongs to the process that made it, not to a forked child: make a new pool "
    "after the fork";

// The least that every executor can run: nothing is captured, all is known at compile time.
struct executor_probe {
    int operator()(int) const;
};

/// Whatever runs submitted calls and gives a future for each: threads, processes, other machines.
/// `concurrency` is how many it runs at once.
template <class Pool>
concept executor = requires(Pool& pool, const Pool& same, executor_probe f) {
    { pool.submit(f, 1) } -> std::same_as<future<int>>;
    { same.concurrency() } -> std::convertible_to<std::size_t>;
};

}  // namespace eddy
