#include <eddy/result.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace eddy {
namespace {

std::exception_ptr some_error() {
    return std::make_exception_ptr(std::runtime_error("some error"));
}

TEST(Result, HoldsAValue) {
    result<std::string> outcome("value");
    EXPECT_TRUE(outcome);
    EXPECT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome.error(), nullptr);
    EXPECT_EQ(outcome.value(), "value");
    EXPECT_EQ(*outcome, "value");
    EXPECT_EQ(outcome->size(), 5U);
}

TEST(Result, HoldsAnErrorAndThrowsItInPlaceOfAValue) {
    auto outcome = result<std::string>::failed(some_error());
    EXPECT_FALSE(outcome);
    EXPECT_NE(outcome.error(), nullptr);
    EXPECT_THROW(outcome.value(), std::runtime_error);
    EXPECT_EQ(outcome.value_or("otherwise"), "otherwise");
}

TEST(Result, PrefersItsValueToTheOtherOne) {
    const result<int> outcome(1);
    EXPECT_EQ(outcome.value_or(2), 1);
    EXPECT_EQ(outcome.value(), 1);
}

TEST(Result, GivesAValueAwayThatCanOnlyBeMoved) {
    result<std::unique_ptr<int>> outcome(std::make_unique<int>(5));
    const std::unique_ptr<int> value = std::move(outcome).value();
    EXPECT_EQ(*value, 5);
}

TEST(Result, IsNeitherValueNorErrorUntilOneIsSet) {
    result<std::string> outcome;
    EXPECT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error(), nullptr);
    outcome.set_value(3U, 'x');
    EXPECT_EQ(outcome.value(), "xxx");
}

TEST(Result, TellsAnExceptionThatIsItsValueFromOneThatItFailedWith) {
    const result<std::exception_ptr> outcome(some_error());
    EXPECT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome.error(), nullptr);
    EXPECT_NE(outcome.value(), nullptr);
    EXPECT_FALSE(result<std::exception_ptr>::failed(some_error()).has_value());
}

TEST(Result, TakesAnErrorLater) {
    result<int> outcome;
    outcome.set_error(some_error());
    EXPECT_FALSE(outcome);
    EXPECT_THROW(std::move(outcome).value(), std::runtime_error);
}

TEST(Result, OfNothingIsAnErrorOrNone) {
    result<void> outcome;
    EXPECT_TRUE(outcome);
    EXPECT_NO_THROW(outcome.value());
    outcome.set_value();
    EXPECT_TRUE(outcome.has_value());
    outcome.set_error(some_error());
    EXPECT_FALSE(outcome);
    EXPECT_THROW(outcome.value(), std::runtime_error);
    EXPECT_NE(outcome.error(), nullptr);
}

}  // namespace
}  // namespace eddy
