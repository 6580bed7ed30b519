#pragma once

namespace eddy {

/// To be the first statement of `main` in a program that has a `process_pool`. The pool's workers
/// are this same program, started again: in a worker it does the worker's job and never returns.
/// Throws std::system_error if the program cannot be found again.
void process_init(int argc, char** argv);

}  // namespace eddy
