#include "io_uring_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace eddy::testing {
namespace {

void fill_from_another_thread() {
    io_uring_ring ring;
    // Where the machine refuses a ring, or knows no ring of one thread only, this ends well.
    if (ring.open() || ring.enter_first()) return;
    std::thread([&] {
        for (int i = 0; i < 2000; ++i) io_uring_prep_nop(ring.next_request());
    }).join();
}

TEST(IoUringRingDeathTest, EndsTheProcessWhenTheKernelRefusesWhatIsQueuedForGood) {
    io_uring_ring ring;
    if (ring.open() || ring.enter_first()) GTEST_SKIP() << "no io_uring on this machine";
    EXPECT_DEATH(fill_from_another_thread(), "eddy: io_uring_enter: File exists");
}

}  // namespace
}  // namespace eddy::testing
