#include "user_signals.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace eddy::testing {

const int one_signal = SIGTERM;
const int another_signal = SIGBREAK;
const int third_signal = SIGINT;

// The C library ends the process with this code, whichever signal it is.
std::function<bool(int)> ended_by(int) {
    return ::testing::ExitedWithCode(3);
}

}  // namespace eddy::testing
