#include <eddy/stale_file.hpp>

#include "support/local_sockets.hpp"

#include <eddy/gather.hpp>
#include <eddy/unix_datagram.hpp>

#include <gmock/gmock.h>

#include <filesystem>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using StaleFile = local_socket_fixture;
INSTANTIATE_TEST_SUITE_P(All, StaleFile, ::testing::ValuesIn(backend_names()), name_of_loop);

// Either kind of local socket.
template <class Socket>
task<> bind_at(std::string path, stale_file in_the_way) {
    const Socket bound = Socket::bind(path, in_the_way);
    EXPECT_TRUE(std::filesystem::is_socket(path));
    co_return;
}

TEST_P(StaleFile, IsAnErrorUnlessItIsToBeRemoved) {
    const auto is_in_use = AllOf(HasSubstr("bind"), HasSubstr(folder().path().string()),
                                 HasSubstr("Address already in use"));
    run(bind_at<unix_listener>(path("1"), stale_file::keep));
    EXPECT_THAT(run(error_of(bind_at<unix_listener>(path("1"), stale_file::keep))), is_in_use);
    run(bind_at<unix_listener>(path("1"), stale_file::remove));

    run(bind_at<unix_datagram>(path("2"), stale_file::keep));
    EXPECT_THAT(run(error_of(bind_at<unix_datagram>(path("2"), stale_file::keep))), is_in_use);
    run(bind_at<unix_datagram>(path("2"), stale_file::remove));
}

TEST_P(StaleFile, NeedNotBeThereToBeRemoved) {
    run(bind_at<unix_listener>(path("1"), stale_file::remove));
    run(bind_at<unix_datagram>(path("2"), stale_file::remove));
}

task<> bind_where_somebody_listens(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    EXPECT_THROW(unix_listener::bind(path, stale_file::remove), std::system_error);
    const auto [none, answer] = co_await gather(answer_in_capitals(listener), ask(path, "y"));
    EXPECT_EQ(answer, "Y") << "and it notices nothing";
}

TEST_P(StaleFile, IsNotTheFileOfOneWhoStillListens) {
    run(bind_where_somebody_listens(path("socket")));
}

TEST_P(StaleFile, IsASocketAndNothingElse) {
    folder().write("file", "precious");
    EXPECT_THAT(run(error_of(bind_at<unix_listener>(path("file"), stale_file::remove))),
                HasSubstr(path("file")));
    EXPECT_THAT(run(error_of(bind_at<unix_datagram>(path("file"), stale_file::remove))),
                HasSubstr(path("file")));
    EXPECT_TRUE(std::filesystem::is_regular_file(path("file")));
}

}  // namespace
}  // namespace eddy::testing
