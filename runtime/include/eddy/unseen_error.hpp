#pragma once

#include <exception>

namespace eddy {

/// Is given the exception of submitted work when its future was destroyed and nobody had asked for
/// it, nor left it behind (`or_abandon`). On any thread; must not throw.
using unseen_error_handler = void (*)(const std::exception_ptr& error);

/// Replaces the handler of the whole program and returns the old one. The first one writes the
/// exception's message to the standard error output.
unseen_error_handler set_unseen_error_handler(unseen_error_handler handler) noexcept;

void report_unseen_error(const std::exception_ptr& error) noexcept;

}  // namespace eddy
