#include <eddy/exception_group.hpp>

#include <eddy/cancelled.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

std::exception_ptr error(const std::string& text) {
    return std::make_exception_ptr(std::runtime_error(text));
}

TEST(ExceptionGroup, HoldsAllErrorsInOrderAndTellsTheirMessages) {
    const exception_group group({error("first"), error("second")});
    ASSERT_EQ(group.errors().size(), 2U);
    EXPECT_EQ(message_of(group.errors().at(0)), "first");
    EXPECT_EQ(message_of(group.errors().at(1)), "second");
    EXPECT_THAT(group.what(), HasSubstr("2 tasks failed: first; second"));
}

TEST(ExceptionGroup, IsNotMadeForASingleError) {
    EXPECT_THROW(throw_all({std::make_exception_ptr(std::logic_error("only"))}), std::logic_error);
    EXPECT_THROW(throw_all({error("one"), error("two")}), exception_group);
}

TEST(ExceptionGroup, CanBeCaughtAsAnyOtherError) {
    EXPECT_THROW(throw_all({error("one"), error("two")}), std::exception);
}

TEST(MessageOf, KnowsExceptionsOfAnyType) {
    EXPECT_EQ(message_of(error("text")), "text");
    EXPECT_EQ(message_of(std::make_exception_ptr(cancelled())), "cancelled");
    EXPECT_THAT(message_of(std::make_exception_ptr(5)), HasSubstr("not a std::exception"));
}

}  // namespace
}  // namespace eddy::testing
