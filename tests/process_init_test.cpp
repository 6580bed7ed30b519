#include <eddy/process_init.hpp>

#include "worker_start.hpp"

#include <gtest/gtest.h>

namespace eddy {
namespace {

// That it makes a worker of a worker is tested with the process pool.
TEST(ProcessInit, HasBeenCalledAndMayBeCalledAgain) {
    EXPECT_NO_THROW(check_process_init());
    process_init(0, nullptr);
    EXPECT_NO_THROW(check_process_init());
}

}  // namespace
}  // namespace eddy
