#include <eddy/cpu_count.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace eddy {
namespace {

TEST(CpuCount, IsAtLeastOneAndAtMostWhatTheMachineHas) {
    EXPECT_GE(usable_cpu_count(), 1U);
    EXPECT_LE(usable_cpu_count(), std::thread::hardware_concurrency());
}

}  // namespace
}  // namespace eddy
