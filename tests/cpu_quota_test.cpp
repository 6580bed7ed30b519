#include "cpu_quota.hpp"

#include <gtest/gtest.h>

namespace eddy {
namespace {

TEST(CpuQuota, IsTheShareOfThePeriodRoundedUp) {
    EXPECT_EQ(cpus_of_quota("200000 100000\n"), 2U);
    EXPECT_EQ(cpus_of_quota("150000 100000\n"), 2U);
    EXPECT_EQ(cpus_of_quota("5000 100000\n"), 1U);
}

TEST(CpuQuota, IsNoLimitWhereTheGroupHasNone) {
    EXPECT_EQ(cpus_of_quota("max 100000\n"), std::nullopt);
}

TEST(CpuQuota, IsNoLimitWhereTheFileIsMissingOrStrange) {
    EXPECT_EQ(cpus_of_quota(""), std::nullopt);
    EXPECT_EQ(cpus_of_quota("200000"), std::nullopt);
    EXPECT_EQ(cpus_of_quota("200000 0"), std::nullopt);
    EXPECT_EQ(cpus_of_quota("-1 100000"), std::nullopt);
    EXPECT_EQ(cpus_of_quota("99999999999999999999999 1"), std::nullopt);
}

}  // namespace
}  // namespace eddy
