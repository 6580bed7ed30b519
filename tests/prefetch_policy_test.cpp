#include "prefetch_policy.hpp"

#include <gtest/gtest.h>

namespace eddy {
namespace {

using namespace std::chrono_literals;

TEST(PrefetchPolicy, HoldsOneCallBehindTheRunningOneBeforeItKnowsMore) {
    EXPECT_EQ(prefetch_policy().depth(), 2U);
}

TEST(PrefetchPolicy, HoldsManyShortCalls) {
    prefetch_policy policy;
    for (int i = 0; i < 100; ++i) policy.note(0us);
    EXPECT_EQ(policy.depth(), std::size_t{control_page::places});
}

TEST(PrefetchPolicy, HoldsFewLongCallsSoonAfterShortOnes) {
    prefetch_policy policy;
    for (int i = 0; i < 100; ++i) policy.note(1us);
    for (int i = 0; i < 3; ++i) policy.note(10ms);
    EXPECT_EQ(policy.depth(), 2U);
}

TEST(PrefetchPolicy, HoldsAboutAsManyAsFillHalfAMillisecond) {
    prefetch_policy policy;
    for (int i = 0; i < 100; ++i) policy.note(50us);
    EXPECT_GE(policy.depth(), 9U);
    EXPECT_LE(policy.depth(), 12U);
}

}  // namespace
}  // namespace eddy
