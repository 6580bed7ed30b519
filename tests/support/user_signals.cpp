#include "user_signals.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace eddy::testing {

const int one_signal = SIGUSR1;
const int another_signal = SIGUSR2;
const int third_signal = SIGHUP;

std::function<bool(int)> ended_by(int signal) {
    return ::testing::KilledBySignal(signal);
}

}  // namespace eddy::testing
