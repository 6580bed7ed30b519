#pragma once

#include <eddy/subprocess.hpp>

#include <stdexcept>
#include <string>

namespace eddy {

/// How a process ended and what it wrote.
struct finished_process {
    process_exit exit;
    std::string output;
    std::string error;

    bool succeeded() const noexcept { return exit.code == 0 && exit.signal == 0; }
};

/// A process wrote more than `command::output_limit` allows.
struct output_too_long : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs a program to its end: gives it `input` to read and takes all that it, and who got its
/// streams from it, writes to pipes. It need not succeed: see the exit code. Throws what
/// `subprocess::start` throws, and `output_too_long`. If the task is cancelled or anything fails,
/// the program is stopped first.
task<finished_process> run_process(command what, std::string input = {});

}  // namespace eddy
