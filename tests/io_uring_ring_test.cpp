#include "io_uring_ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace eddy::testing {
namespace {

// Before Linux 6.1 there are none.
bool has_rings_of_one_thread() {
    io_uring ring;
    constexpr unsigned flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN;
    if (io_uring_queue_init(1, &ring, flags) < 0) return false;
    io_uring_queue_exit(&ring);
    return true;
}

void fill_from_another_thread() {
    io_uring_ring ring;
    EXPECT_FALSE(ring.open());
    EXPECT_FALSE(ring.enter_first());
    std::thread([&] {
        for (int i = 0; i < 2000; ++i) io_uring_prep_nop(ring.next_request());
    }).join();
}

TEST(IoUringRingDeathTest, EndsTheProcessWhenTheKernelRefusesWhatIsQueuedForGood) {
    if (!has_rings_of_one_thread()) GTEST_SKIP() << "no io_uring here, or one before Linux 6.1";
    EXPECT_DEATH(fill_from_another_thread(), "eddy: io_uring_enter: File exists");
}

}  // namespace
}  // namespace eddy::testing
