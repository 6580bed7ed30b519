#include <eddy/process_error.hpp>

#include <gtest/gtest.h>

namespace eddy {
namespace {

TEST(WorkerDied, SaysHowAndWhen) {
    process_exit how;
    how.signal = 9;
    const worker_died once(42, how, 1);
    EXPECT_STREQ(once.what(),
                 "worker process 42 ended with signal 9 (Killed) while it ran this call");
    EXPECT_EQ(once.how().signal, 9);
    EXPECT_EQ(once.attempts(), 1U);

    const worker_died often(42, process_exit{.code = 3}, 2);
    EXPECT_STREQ(often.what(),
                 "worker process 42 ended with exit code 3 while it ran this call, attempt 2");
}

TEST(WorkerBinaryMismatch, IsAReasonForABrokenPool) {
    EXPECT_THROW(throw worker_binary_mismatch("why"), broken_process_pool);
}

}  // namespace
}  // namespace eddy
