#pragma once

#include <functional>

namespace eddy::testing {

/// Three signals that a program may use as it likes.
extern const int one_signal;
extern const int another_signal;
extern const int third_signal;

/// For death tests: whether a process was ended by the default effect of a signal.
std::function<bool(int)> ended_by(int signal);

}  // namespace eddy::testing
