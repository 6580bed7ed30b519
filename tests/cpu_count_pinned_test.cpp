#include <eddy/cpu_count.hpp>

#include "support/pinned_thread.hpp"

#include <gtest/gtest.h>

#include <thread>

// Where a thread can be told on which processor to run.
namespace eddy {
namespace {

TEST(CpuCount, IsOneForAThreadThatIsPinnedToOneProcessor) {
    unsigned counted = 0;
    std::thread([&counted] {
        testing::pin_this_thread_to_one_processor();
        counted = usable_cpu_count();
    }).join();
    EXPECT_EQ(counted, 1U);
}

}  // namespace
}  // namespace eddy
