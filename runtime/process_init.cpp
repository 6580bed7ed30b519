#include <eddy/process_init.hpp>

#include <eddy/process_error.hpp>

#include "function_registry.hpp"
#include "worker_session.hpp"
#include "worker_start.hpp"

#include <optional>

namespace eddy {
namespace {

// This program, as its workers are to be started.
struct own_program {
    unique_handle executable;
    std::string name;
};

std::optional<own_program>& program() noexcept {
    static std::optional<own_program> the_one;
    return the_one;
}

}  // namespace

void process_init(int argc, char** argv) {
    if (program()) return;
    function_registry::close();
    // Removed: what this process starts is no worker, be it a worker of a pool of its own.
    const bool is_worker = take_from_environment(worker_start::variable).has_value();
    std::error_code error;
    program() = own_program{is_worker ? unique_handle(inherited_handle(worker_start::executable))
                                      : open_own_executable(error),
                            argc > 0 ? argv[0] : "eddy"};
    if (error) throw std::system_error(error, "open this program's own file");
    if (is_worker) run_worker();
}

void check_process_init() {
    if (!program())
        throw process_init_missing(
            "a process pool needs main to begin with eddy::process_init(argc, argv)");
}

child_process start_worker(native_handle socket, native_handle page) {
    check_process_init();
    process_start start;
    start.executable = program()->executable.get();
    start.arguments = {program()->name, "(eddy worker)"};
    start.environment = current_environment();
    start.environment.push_back(std::string(worker_start::variable) + "=1");
    start.handles = {socket, page};
    start.own_group = true;
    start.empty_input = true;
    std::error_code error;
    child_process started = child_process::start(start, error);
    if (error) throw std::system_error(error, "start a worker process");
    return started;
}

}  // namespace eddy
