#include <eddy/pipe.hpp>

#include "support/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace eddy::testing {
namespace {

bool blocks(native_handle handle) {
    return (::fcntl(handle, F_GETFL) & O_NONBLOCK) == 0;
}

ssize_t write_text(native_handle to, std::string_view text) {
    return ::write(to, text.data(), text.size());
}

std::string read_some(native_handle from) {
    std::string text(100, '\0');
    const ssize_t came = ::read(from, text.data(), text.size());
    EXPECT_GE(came, 0);
    text.resize(came > 0 ? static_cast<std::size_t>(came) : 0);
    return text;
}

TEST(Pipe, CarriesBytesOneWayUntilItsWritingEndIsClosed) {
    unique_handle reading;
    unique_handle writing;
    ASSERT_EQ(open_pipe(reading, writing), std::error_code());
    EXPECT_EQ(write_text(writing.get(), "through"), 7);
    EXPECT_EQ(read_some(reading.get()), "through");
    EXPECT_LT(write_text(reading.get(), "back"), 0);
    writing.reset();
    EXPECT_EQ(read_some(reading.get()), "");
}

TEST(Pipe, HasBothEndsInTheBlockingMode) {
    unique_handle reading;
    unique_handle writing;
    ASSERT_EQ(open_pipe(reading, writing), std::error_code());
    EXPECT_TRUE(blocks(reading.get()));
    EXPECT_TRUE(blocks(writing.get()));
}

TEST(Pipe, ReportsThatThereAreTooManyOpenFiles) {
    unique_handle reading;
    unique_handle writing;
    std::error_code error;
    std::error_code error_of_null;
    {
        const no_more_descriptors full;
        error = open_pipe(reading, writing);
        const unique_handle null = open_null_device(error_of_null);
        EXPECT_FALSE(null);
    }
    EXPECT_EQ(error, std::errc::too_many_files_open) << error.message();
    EXPECT_FALSE(reading);
    EXPECT_FALSE(writing);
    EXPECT_EQ(error_of_null, std::errc::too_many_files_open) << error_of_null.message();
}

TEST(NullDevice, IsEmptyToReadAndTakesWhatIsWritten) {
    std::error_code error = std::make_error_code(std::errc::io_error);
    const unique_handle null = open_null_device(error);
    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(write_text(null.get(), "nobody reads this"), 17);
    EXPECT_EQ(read_some(null.get()), "");
}

}  // namespace
}  // namespace eddy::testing
