#include "support/backend_fixture.hpp"

#include <eddy/socket.hpp>

#include <deque>
#include <set>

// The conformance suite: connecting and accepting.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendConnect = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendConnect, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

// Takes over what an accept has given.
unique_handle taken(const request& accept) {
    return unique_handle(static_cast<native_handle>(accept.value));
}

TEST_P(BackendConnect, ConnectsToAListener) {
    listening_socket listener = open_listener();
    const unique_handle client = open_tcp_socket();
    attach(client.get());
    request connect(opcode::connect, client.get());
    connect.peer = &listener.at;
    perform(connect);
    EXPECT_EQ(connect.error, std::error_code()) << connect.error.message();
    std::error_code error;
    EXPECT_EQ(remote_endpoint(client.get(), error), listener.at);
}

TEST_P(BackendConnect, ReportsARefusedConnection) {
    const unique_handle closed_door = open_tcp_socket();
    ASSERT_EQ(bind_socket(closed_door.get(), endpoint::loopback()), std::error_code());
    std::error_code error;
    endpoint nobody_listens = local_endpoint(closed_door.get(), error);

    const unique_handle client = open_tcp_socket();
    attach(client.get());
    request connect(opcode::connect, client.get());
    connect.peer = &nobody_listens;
    perform(connect);
    EXPECT_EQ(connect.error, std::errc::connection_refused) << connect.error.message();
}

// A listener whose backlog is full lets the next ones wait for their connection.
struct crowded_listener {
    crowded_listener() : listener(open_listener(0)), first(connect_to(listener.at)) {}
    listening_socket listener;
    unique_handle first;
};

TEST_P(BackendConnect, CancelsAConnectThatWaitsForTheListener) {
    crowded_listener crowded;
    unique_handle client = open_tcp_socket();
    attach(client.get());
    request connect(opcode::connect, client.get());
    connect.peer = &crowded.listener.at;
    submit(connect);
    EXPECT_EQ(poll(0ns), 0U);
    kernel().cancel(connect);
    finish(connect);
    EXPECT_TRUE(connect.was_canceled()) << connect.error.message();
    close(client);
}

TEST_P(BackendConnect, ReturnsTheConnectOfADetachedHandle) {
    crowded_listener crowded;
    unique_handle client = open_tcp_socket();
    attach(client.get());
    request connect(opcode::connect, client.get());
    connect.peer = &crowded.listener.at;
    submit(connect);
    poll(0ns);
    close(client);
    finish(connect);
    EXPECT_TRUE(connect.was_canceled()) << connect.error.message();
}

TEST_P(BackendConnect, ConnectsAHandleThatCameInNonBlockingMode) {
    listening_socket listener = open_listener();
    const unique_handle client = open_tcp_socket();
    make_non_blocking(client.get());
    attach(client.get());
    request connect(opcode::connect, client.get());
    connect.peer = &listener.at;
    perform(connect);
    EXPECT_EQ(connect.error, std::error_code()) << connect.error.message();
    send_all(client.get(), "x");
}

TEST_P(BackendConnect, AcceptsAConnectionAndTellsWhoItIs) {
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    endpoint peer;
    request accept(opcode::accept, listener.handle.get());
    accept.peer = &peer;
    submit(accept);
    EXPECT_EQ(poll(0ns), 0U);
    const unique_handle client = connect_to(listener.at);
    finish(accept);
    ASSERT_EQ(accept.error, std::error_code());
    const unique_handle server = taken(accept);
    std::error_code error;
    EXPECT_EQ(peer, local_endpoint(client.get(), error));
    send_all(server.get(), "welcome");
    EXPECT_EQ(receive_some(client.get()), "welcome");
}

TEST_P(BackendConnect, AcceptsOnAListenerThatCameInNonBlockingMode) {
    const listening_socket listener = open_listener();
    make_non_blocking(listener.handle.get());
    attach(listener.handle.get());
    request accept(opcode::accept, listener.handle.get());
    submit(accept);
    EXPECT_EQ(poll(0ns), 0U) << accept.error.message();
    const unique_handle client = connect_to(listener.at);
    finish(accept);
    ASSERT_EQ(accept.error, std::error_code()) << accept.error.message();
    const unique_handle server = taken(accept);
    send_all(server.get(), "welcome");
    EXPECT_EQ(receive_some(client.get()), "welcome");
}

TEST_P(BackendConnect, AcceptsManyConnectionsThatAreAllThereAlready) {
    constexpr int count = 200;
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    std::vector<unique_handle> clients;
    std::set<std::uint16_t> expected;
    for (int i = 0; i < count; ++i) {
        clients.push_back(connect_to(listener.at));
        std::error_code error;
        expected.insert(local_endpoint(clients.back().get(), error).port());
    }
    std::set<std::uint16_t> accepted;
    std::vector<unique_handle> servers;
    for (int i = 0; i < count; ++i) {
        endpoint peer;
        request accept(opcode::accept, listener.handle.get());
        accept.peer = &peer;
        perform(accept);
        ASSERT_EQ(accept.error, std::error_code());
        servers.push_back(taken(accept));
        accepted.insert(peer.port());
    }
    EXPECT_EQ(accepted, expected);
}

TEST_P(BackendConnect, GivesEachOfManyWaitingAcceptsItsOwnConnection) {
    constexpr int count = 100;
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    std::deque<request> accepts;
    for (int i = 0; i < count; ++i) {
        accepts.emplace_back(opcode::accept, listener.handle.get());
        submit(accepts.back());
    }
    poll(0ns);
    std::vector<unique_handle> clients;
    for (int i = 0; i < count; ++i) clients.push_back(connect_to(listener.at));
    std::vector<unique_handle> servers;
    std::set<native_handle> numbers;
    for (request& accept : accepts) {
        finish(accept);
        ASSERT_EQ(accept.error, std::error_code());
        servers.push_back(taken(accept));
        numbers.insert(servers.back().get());
    }
    EXPECT_EQ(numbers.size(), std::size_t{count});
}

TEST_P(BackendConnect, KeepsTheConnectionForTheNextAcceptWhenOneIsCancelled) {
    const listening_socket listener = open_listener();
    attach(listener.handle.get());
    request first(opcode::accept, listener.handle.get());
    submit(first);
    poll(0ns);
    const unique_handle client = connect_to(listener.at);
    kernel().cancel(first);
    finish(first);
    unique_handle server;
    if (first.was_canceled()) {
        request second(opcode::accept, listener.handle.get());
        perform(second);
        ASSERT_EQ(second.error, std::error_code());
        server = taken(second);
    } else {
        server = taken(first);
    }
    send_all(server.get(), "welcome");
    EXPECT_EQ(receive_some(client.get()), "welcome");
}

TEST_P(BackendConnect, ReturnsTheAcceptsOfADetachedListener) {
    listening_socket listener = open_listener();
    attach(listener.handle.get());
    request first(opcode::accept, listener.handle.get());
    request second(opcode::accept, listener.handle.get());
    submit(first);
    submit(second);
    poll(0ns);
    close(listener.handle);
    finish(first);
    finish(second);
    EXPECT_TRUE(first.was_canceled());
    EXPECT_TRUE(second.was_canceled());
    poll(0ns);
    EXPECT_EQ(first.returns + second.returns, 2);
}

TEST_P(BackendConnect, RefusesConnectionsOnceTheListenerIsClosed) {
    listening_socket listener = open_listener();
    attach(listener.handle.get());
    request accept(opcode::accept, listener.handle.get());
    submit(accept);
    poll(0ns);
    close(listener.handle);
    EXPECT_THROW(connect_to(listener.at), std::system_error);
    finish(accept);
}

// A backend may have taken connections out of the backlog that nobody asks for any more.
TEST_P(BackendConnect, ClosesTheConnectionsThatNobodyAcceptedWhenItsListenerIsClosed) {
    listening_socket listener = open_listener();
    attach(listener.handle.get());
    std::vector<unique_handle> clients;
    clients.push_back(connect_to(listener.at));
    request accept(opcode::accept, listener.handle.get());
    perform(accept);
    const unique_handle server = taken(accept);
    for (int i = 0; i < 10; ++i) clients.push_back(connect_to(listener.at));
    poll(0ns);
    for (int i = 0; i < 10; ++i) clients.push_back(connect_to(listener.at));
    close(listener.handle);
    end_backend();
    for (std::size_t i = 1; i < clients.size(); ++i) {
        EXPECT_TRUE(ends_soon(clients[i].get())) << "connection " << i << " was left open";
    }
}

TEST_P(BackendConnect, ClosesTheConnectionsThatNobodyAcceptedAlsoWhenItEndsRightAway) {
    listening_socket first = open_listener();
    listening_socket second = open_listener();
    std::vector<unique_handle> ends;
    for (const listening_socket* const each : {&first, &second}) {
        attach(each->handle.get());
        ends.push_back(connect_to(each->at));
        request accept(opcode::accept, each->handle.get());
        perform(accept);
        ends.push_back(taken(accept));
    }
    const unique_handle first_client = connect_to(first.at);
    const unique_handle second_client = connect_to(second.at);
    close(first.handle);
    close(second.handle);
    end_backend();
    EXPECT_TRUE(ends_soon(first_client.get()));
    EXPECT_TRUE(ends_soon(second_client.get()));
}

}  // namespace
}  // namespace eddy::testing
