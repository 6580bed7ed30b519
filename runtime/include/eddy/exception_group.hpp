#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy {

/// Several tasks of one group failed: all their exceptions, in the order in which they came.
class exception_group : public std::runtime_error {
public:
    explicit exception_group(std::vector<std::exception_ptr> errors);

    const std::vector<std::exception_ptr>& errors() const noexcept { return errors_; }

private:
    std::vector<std::exception_ptr> errors_;
};

/// The message of an exception of any type, for people to read.
std::string message_of(const std::exception_ptr& error);

/// Throws the only one of `errors`, or all as an `exception_group`. There must be one.
[[noreturn]] void throw_all(std::vector<std::exception_ptr> errors);

}  // namespace eddy
