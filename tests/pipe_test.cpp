#include <eddy/pipe.hpp>

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

// How bytes go through a pipe: backend_pipe_test.cpp, on every system.

TEST(Pipe, IsNotInherited) {
    unique_handle reading;
    unique_handle writing;
    ASSERT_EQ(open_pipe(reading, writing), std::error_code());
    EXPECT_FALSE(is_inherited(reading.get()));
    EXPECT_FALSE(is_inherited(writing.get()));
}

TEST(NullDevice, IsNotInherited) {
    std::error_code error = std::make_error_code(std::errc::io_error);
    const unique_handle null = open_null_device(error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_FALSE(is_inherited(null.get()));
}

}  // namespace
}  // namespace eddy::testing
