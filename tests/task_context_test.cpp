#include <eddy/task_context.hpp>

#include "support/counted.hpp"

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

class binding final : public task_context {
public:
    binding(const void* key, counted_ptr<task_context> outer, int of)
        : task_context(key, std::move(outer)), value(of) {}
    const counted value;
};

counted_ptr<task_context> bind(const void* key, const counted_ptr<task_context>& outer, int value) {
    return counted_ptr<task_context>(new binding(key, outer, value));
}

int value_in(const counted_ptr<task_context>& from, const void* key) {
    return static_cast<const binding&>(*task_context::find(from.get(), key)).value.value;
}

constexpr int colour = 0;
constexpr int size = 0;

TEST(TaskContext, FindsTheInnermostBindingOfAKey) {
    const auto outer = bind(&colour, {}, 1);
    const auto middle = bind(&size, outer, 2);
    const auto inner = bind(&colour, middle, 3);
    EXPECT_EQ(value_in(inner, &colour), 3);
    EXPECT_EQ(value_in(inner, &size), 2);
    EXPECT_EQ(value_in(middle, &colour), 1);
}

TEST(TaskContext, FindsNothingThatWasNotBound) {
    const auto outer = bind(&colour, {}, 1);
    EXPECT_EQ(task_context::find(outer.get(), &size), nullptr);
    EXPECT_EQ(task_context::find(nullptr, &size), nullptr);
}

TEST(TaskContext, LivesAsLongAsABindingUnderItDoes) {
    auto outer = bind(&colour, {}, 1);
    auto one = bind(&size, outer, 2);
    auto other = bind(&size, outer, 3);
    outer = {};
    EXPECT_EQ(counted::alive(), 3U);
    one = {};
    EXPECT_EQ(counted::alive(), 2U);
    EXPECT_EQ(value_in(other, &colour), 1);
    other = {};
    EXPECT_EQ(counted::alive(), 0U);
}

}  // namespace
}  // namespace eddy::testing
