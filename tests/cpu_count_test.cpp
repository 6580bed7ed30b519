#include <eddy/cpu_count.hpp>

#include "cpu_quota.hpp"

#include <gtest/gtest.h>

#include <thread>

#include <sched.h>

namespace eddy {
namespace {

TEST(CpuCount, IsAtLeastOneAndAtMostWhatTheMachineHas) {
    EXPECT_GE(usable_cpu_count(), 1U);
    EXPECT_LE(usable_cpu_count(), std::thread::hardware_concurrency());
}

TEST(CpuCount, IsOneForAThreadThatIsPinnedToOneProcessor) {
    unsigned counted = 0;
    std::thread([&counted] {
        cpu_set_t allowed;
        ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
        std::size_t first = 0;
        while (!CPU_ISSET(first, &allowed)) ++first;
        cpu_set_t only_first;
        CPU_ZERO(&only_first);
        CPU_SET(first, &only_first);
        ASSERT_EQ(::sched_setaffinity(0, sizeof only_first, &only_first), 0);
        counted = usable_cpu_count();
    }).join();
    EXPECT_EQ(counted, 1U);
}

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
