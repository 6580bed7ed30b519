#include <eddy/stop_requested.hpp>

#include <gtest/gtest.h>

namespace eddy {
namespace {

// What it says in a worker is tested with the process pool.
TEST(StopRequested, IsFalseWhereThereIsNoWorker) {
    EXPECT_FALSE(stop_requested());
}

}  // namespace
}  // namespace eddy
