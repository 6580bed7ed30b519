#include <eddy/operation_error.hpp>

#include <eddy/native_handle.hpp>
#include <eddy/socket.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

TEST(OperationError, IsNoneAtFirst) {
    const operation_error none;
    EXPECT_FALSE(none);
    EXPECT_EQ(std::error_code(none), std::error_code());
}

TEST(OperationError, KeepsACodeOfTheSystemWithWhatItMeans) {
    const std::error_code refused =
        shutdown_sending(invalid_handle);  // whatever the system calls that
    ASSERT_EQ(refused.category(), system_errors());
    const operation_error kept = refused;
    EXPECT_TRUE(kept);
    EXPECT_EQ(std::error_code(kept), refused);
    EXPECT_EQ(kept.message(), refused.message());
}

TEST(OperationError, KeepsAGenericCode) {
    const std::error_code canceled = std::make_error_code(std::errc::operation_canceled);
    const operation_error from_code = canceled;
    const operation_error from_condition = std::errc::operation_canceled;
    EXPECT_EQ(std::error_code(from_code), canceled);
    EXPECT_EQ(std::error_code(from_condition), canceled);
    EXPECT_EQ(from_condition, std::errc::operation_canceled);
    EXPECT_FALSE(from_condition == std::errc::broken_pipe);
}

TEST(OperationError, IsForgottenByAssigningNone) {
    operation_error error = std::errc::broken_pipe;
    error = {};
    EXPECT_FALSE(error);
}

}  // namespace
}  // namespace eddy::testing
