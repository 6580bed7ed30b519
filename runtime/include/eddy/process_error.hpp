#pragma once

#include <eddy/process.hpp>

#include <stdexcept>
#include <string>

namespace eddy {

/// An exception of a function that ran in another process, where its own type could not be kept.
class remote_error : public std::runtime_error {
public:
    remote_error(const std::string& type_name, const std::string& message)
        : std::runtime_error(type_name + ": " + message),
          type_name_(type_name),
          message_(message) {}

    /// The name of the exception's type as it is written in the source.
    const std::string& type_name() const noexcept { return type_name_; }
    /// What its `what()` said.
    const std::string& message() const noexcept { return message_; }

private:
    std::string type_name_;
    std::string message_;
};

/// The worker process ended while it ran this very call. What it had done by then is done.
class worker_died : public std::runtime_error {
public:
    worker_died(std::int64_t worker, const process_exit& how, unsigned attempts)
        : std::runtime_error("worker process " + std::to_string(worker) + " ended with " +
                             how.to_string() + " while it ran this call" +
                             (attempts > 1 ? ", attempt " + std::to_string(attempts) : "")),
          how_(how),
          attempts_(attempts) {}

    /// How it ended: by which signal, or with which exit code.
    const process_exit& how() const noexcept { return how_; }
    /// How many times the call was started.
    unsigned attempts() const noexcept { return attempts_; }

private:
    process_exit how_;
    unsigned attempts_;
};

/// The pool cannot have workers: they end before they have done anything. What was submitted gets
/// this, and so does whoever submits afterwards.
struct broken_process_pool : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A worker is not the same program as the one that started it.
struct worker_binary_mismatch : broken_process_pool {
    using broken_process_pool::broken_process_pool;
};

/// A process pool in a program whose `main` does not begin with `process_init(argc, argv)`.
struct process_init_missing : std::logic_error {
    using std::logic_error::logic_error;
};

}  // namespace eddy
