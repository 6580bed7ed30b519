#include <eddy/handle_passing.hpp>

#include "support/channels.hpp"
#include "support/descriptor_limit.hpp"

#include <gtest/gtest.h>

#include <string>

#include <fcntl.h>

// Passing handles where these are descriptors.
namespace eddy::testing {
namespace {

TEST(DescriptorPassing, ClosesWhatItReceivesOnExec) {
    channel_pair way;
    send(way.one, "x", way.one.socket);
    std::vector<unique_handle> handles;
    receive(way.other, handles);
    ASSERT_EQ(handles.size(), 1U);
    EXPECT_TRUE(::fcntl(handles.front().get(), F_GETFD) & FD_CLOEXEC);
}

TEST(DescriptorPassing, ReportsHandlesForWhichThereIsNoRoom) {
    channel_pair way;
    send(way.one, "x", way.one.socket);
    std::vector<unique_handle> handles;
    std::string text(10, '\0');
    std::error_code error;
    {
        const no_more_descriptors full;
        receive_with_handles(way.other, bytes_of(text), handles, when_not_ready::wait, error);
    }
    EXPECT_EQ(error, std::errc::too_many_files_open) << error.message();
}

}  // namespace
}  // namespace eddy::testing
