#include <eddy/process_pool_options.hpp>

#include <gtest/gtest.h>

namespace eddy {
namespace {

using namespace std::chrono_literals;

TEST(ProcessPoolOptions, HaveAtLeastOneWorker) {
    EXPECT_EQ(process_pool_options().workers(), usable_cpu_count());
    EXPECT_EQ(process_pool_options().workers(3).workers(), 3U);
    EXPECT_EQ(process_pool_options().workers(0).workers(), 1U);
}

TEST(ProcessPoolOptions, KeepTheInitializerWithItsArguments) {
    EXPECT_FALSE(process_pool_options().initializer());
    const auto options = process_pool_options().initializer([](int) {}, 42);
    ASSERT_TRUE(options.initializer());
    payload_reader arguments(options.initializer()->arguments.bytes);
    EXPECT_EQ(decode<int>(arguments), 42);
}

TEST(ProcessCallOptions, RunACallOnceAndForAsLongAsItTakes) {
    EXPECT_EQ(process_call_options().attempts(), 1U);
    EXPECT_EQ(process_call_options().timeout(), 0ns);
    EXPECT_EQ(process_call_options().idempotent().attempts(), 3U);
    EXPECT_EQ(process_call_options().idempotent(0).attempts(), 1U);
    EXPECT_EQ(process_call_options().timeout(5s).timeout(), 5s);
}

}  // namespace
}  // namespace eddy
