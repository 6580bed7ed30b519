#include <eddy/cancelled.hpp>

#include <gtest/gtest.h>

#include <type_traits>

namespace eddy {
namespace {

static_assert(!std::is_base_of_v<std::exception, cancelled>,
              "catch (const std::exception&) must not swallow it");
static_assert(std::is_base_of_v<std::exception, task_cancelled>);
static_assert(std::is_base_of_v<std::exception, timeout_error>);
static_assert(!std::is_base_of_v<cancelled, task_cancelled>,
              "\"it was cancelled\" must not look like \"I am cancelled\"");

TEST(TaskCancelled, SaysWhichTaskItWas) {
    EXPECT_STREQ(task_cancelled("download").what(), "download was cancelled");
}

}  // namespace
}  // namespace eddy
