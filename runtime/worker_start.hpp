#pragma once

#include <eddy/native_handle.hpp>
#include <eddy/process.hpp>

#include <string>

namespace eddy {

/// How a worker finds what its pool has given it.
struct worker_start {
    static constexpr const char* variable = "EDDY_WORKER";  // in the environment: it is a worker

    // Places of the handles it has inherited.
    static constexpr std::size_t socket = 0;
    static constexpr std::size_t page = 1;
    static constexpr std::size_t executable = 2;
};

/// Starts this program again as a worker, which gets its end of the socket and the control page.
/// Throws `process_init_missing` if `process_init` was not called, std::system_error if it fails.
child_process start_worker(native_handle socket, native_handle page);

/// Throws `process_init_missing` if `process_init` was not called.
void check_process_init();

}  // namespace eddy
