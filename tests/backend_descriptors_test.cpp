#include "support/backend_fixture.hpp"
#include "support/descriptor_limit.hpp"

#include <deque>

// The conformance suite: accepting while the process is out of descriptors, where it can be.
namespace eddy::testing {
namespace {

using BackendDescriptors = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendDescriptors, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(BackendDescriptors, GoesOnAcceptingAfterTheProcessRanOutOfDescriptors) {
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    const unique_handle client = connect_to(listener.at);
    request refused(opcode::accept, listener.handle.get());
    {
        const no_more_descriptors limit;
        perform(refused);
    }
    EXPECT_EQ(refused.error, std::errc::too_many_files_open) << refused.error.message();
    request accept(opcode::accept, listener.handle.get());
    perform(accept);
    ASSERT_EQ(accept.error, std::error_code()) << accept.error.message();
    const unique_handle server = unique_handle(static_cast<native_handle>(accept.value));
    send_all(server.get(), "welcome at last");
    EXPECT_EQ(receive_some(client.get()), "welcome at last");
}

TEST_P(BackendDescriptors, GivesEachWaitingAcceptAnEndWhenTheProcessRunsOutOfDescriptors) {
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    std::vector<unique_handle> clients;
    for (int i = 0; i < 3; ++i) clients.push_back(connect_to(listener.at));
    std::deque<request> accepts;
    for (int i = 0; i < 3; ++i) accepts.emplace_back(opcode::accept, listener.handle.get());
    {
        const no_more_descriptors limit;
        for (request& each : accepts) submit(each);
        for (request& each : accepts) finish(each);
    }
    for (const request& each : accepts) {
        EXPECT_EQ(each.error, std::errc::too_many_files_open) << each.error.message();
    }
}

}  // namespace
}  // namespace eddy::testing
