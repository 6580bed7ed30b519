#include <eddy/tcp_listener.hpp>

#include "support/descriptor_limit.hpp"
#include "support/process_fixture.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using TcpListenerDescriptors = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, TcpListenerDescriptors, ::testing::ValuesIn(backend_names()),
                         name_of_loop);

// What comes with and without room, while there is room: to look at a type for the first time,
// UndefinedBehaviorSanitizer needs descriptors of its own.
task<> rehearse_accepting() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const unique_handle client = connect_to(listener.local());
    co_await listener.accept();
    listener.close();
    EXPECT_THAT(co_await error_of(listener.accept()), HasSubstr("accept ("));
}

task<> accept_without_room() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const unique_handle client = connect_to(listener.local());
    std::string error;
    {
        const no_more_descriptors full;
        error = co_await error_of(listener.accept());
    }
    EXPECT_THAT(error, AllOf(HasSubstr("accept (" + listener.local().to_string() + ")"),
                             HasSubstr("Too many open files")));
    tcp_stream accepted = co_await listener.accept();
    send_all(client.get(), "still here");
    EXPECT_EQ(co_await read_text(accepted, 10), "still here");
}

TEST_P(TcpListenerDescriptors, KeepsAConnectionForWhichThereAreTooManyOpenFiles) {
    run(rehearse_accepting());
    run(accept_without_room());
}

}  // namespace
}  // namespace eddy::testing
