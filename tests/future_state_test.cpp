#include <eddy/future_state.hpp>

#include <eddy/future.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace eddy {
namespace {

template <class T>
class plain_state final : public future_state<T> {};

// What a call gives is kept as a value, and what it is called with is stored as one.
using by_reference = const std::string& (*)(const std::string&);
static_assert(std::is_same_v<call_result<by_reference, const char (&)[3]>, std::string>);
static_assert(std::is_void_v<call_result<void (*)(int), short&>>);

using take_over = int (*)(std::unique_ptr<int>);
static_assert(submittable<take_over, std::unique_ptr<int>>);
static_assert(!submittable<take_over, int>);
static_assert(!submittable<void (*)(int&), int&>, "it would change a copy that nobody sees");

TEST(FutureState, StoresWhatACallReturns) {
    plain_state<std::unique_ptr<int>> state;
    state.store_outcome_of([] { return std::make_unique<int>(7); });
    EXPECT_EQ(*std::move(state.outcome).value(), 7);
    EXPECT_EQ(state.outcome.error(), nullptr);
}

TEST(FutureState, StoresThatACallWithoutAResultHasReturned) {
    plain_state<void> state;
    int calls = 0;
    state.store_outcome_of([&calls] { ++calls; });
    std::move(state.outcome).value();
    EXPECT_EQ(calls, 1);
}

TEST(FutureState, StoresWhatACallThrowsWhateverItIs) {
    plain_state<int> state;
    state.is_seen = true;
    state.store_outcome_of([]() -> int { throw std::string("strange"); });
    EXPECT_THROW(std::move(state.outcome).value(), std::string);
}

TEST(FutureState, IsOnlyDestroyedWithBothEnds) {
    const auto held = std::make_shared<int>(7);
    auto* const state = new plain_state<std::shared_ptr<int>>();
    {
        const future<std::shared_ptr<int>> result(*state);
        EXPECT_TRUE(state->start());
        state->store_outcome_of([&held] { return held; });
        state->finish_and_drop();
        EXPECT_EQ(held.use_count(), 2) << "the consumer may still ask";
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace eddy
