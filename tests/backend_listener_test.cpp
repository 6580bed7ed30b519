#include "support/backend_fixture.hpp"
#include "support/own_processes.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/socket.hpp>

#include <deque>

#include <sys/socket.h>

// The conformance suite: listeners of POSIX that are crowded, or whose peers have gone.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

class BackendListener : public backend_fixture {
protected:
    endpoint local_address() const { return endpoint::local(folder_.path("listener")); }

private:
    temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(All, BackendListener, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

unique_handle open_local_socket() {
    std::error_code error;
    unique_handle opened = open_socket(address_family::local, socket_type::stream, error);
    EXPECT_FALSE(error) << error.message();
    return opened;
}

// The kernel would make them wait, and tells nobody when there is room.
TEST_P(BackendListener, TellsEachAtOnceThatALocalListenerIsFull) {
    endpoint at = local_address();
    const unique_handle listener = open_local_socket();
    ASSERT_EQ(bind_socket(listener.get(), at), std::error_code());
    ASSERT_EQ(listen_socket(listener.get(), 0), std::error_code());
    std::deque<unique_handle> clients;
    std::error_code error;
    while (!error) {
        ASSERT_LT(clients.size(), 100U) << "room for more than was asked for";
        clients.push_back(open_local_socket());
        attach(clients.back().get());
        request connect(opcode::connect, clients.back().get());
        connect.peer = &at;
        perform(connect);
        error = connect.error;
    }
    EXPECT_EQ(error, std::errc::resource_unavailable_try_again) << error.message();

    // There is room again, and bytes may be waited for.
    const unique_handle server(::accept(listener.get(), nullptr, nullptr));
    request again(opcode::connect, clients.back().get());
    again.peer = &at;
    perform(again);
    EXPECT_EQ(again.error, std::error_code()) << again.error.message();
    std::string text(16, ' ');
    request receive(opcode::receive, clients.front().get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);
    send_all(server.get(), "welcome");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "welcome") << receive.error.message();
}

// The others stay in the backlog, where they cost this process no descriptors.
TEST_P(BackendListener, TakesNoMoreConnectionsThanItIsAskedFor) {
    constexpr std::size_t count = 100;
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    request accept(opcode::accept, listener.handle.get());
    submit(accept);
    EXPECT_EQ(poll(0ns), 0U);
    const std::size_t before = open_handles();
    std::deque<unique_handle> clients;
    for (std::size_t i = 0; i < count; ++i) clients.push_back(connect_to(listener.at));
    finish(accept);
    const unique_handle server(static_cast<native_handle>(accept.value));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(poll(0ns), 0U);
    EXPECT_EQ(open_handles(), before + count + 1);
}

TEST_P(BackendListener, TellsWhoItWasThatHasGoneBeforeItWasAccepted) {
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    unique_handle client = connect_to(listener.at);
    std::error_code error;
    const endpoint client_at = local_endpoint(client.get(), error);
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ASSERT_EQ(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    client.reset();
    endpoint peer;
    request accept(opcode::accept, listener.handle.get());
    accept.peer = &peer;
    perform(accept);
    ASSERT_EQ(accept.error, std::error_code()) << accept.error.message();
    const unique_handle server(static_cast<native_handle>(accept.value));
    EXPECT_EQ(peer, client_at);
    char byte = 0;
    EXPECT_EQ(::recv(server.get(), &byte, 1, MSG_DONTWAIT), -1) << "a reset, no end";
}

}  // namespace
}  // namespace eddy::testing
