#include <eddy/datagram_socket.hpp>

#include "support/datagrams.hpp"
#include "support/process_fixture.hpp"

#include <eddy/as_result.hpp>
#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/udp_socket.hpp>

#include <gmock/gmock.h>

#include <array>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using DatagramSocket = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, DatagramSocket, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> receive_too_much() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket client = udp_socket::open();
    co_await client.send_to(bytes_of("too long"), server.local());
    co_await client.send_to(bytes_of("fits"), server.local());
    co_await client.send_to(bytes_of(""), server.local());
    const datagram cut = co_await receive_from(server, 4);
    EXPECT_EQ(cut.text, "too ");
    EXPECT_TRUE(cut.about.truncated);
    const datagram whole = co_await receive_from(server, 4);
    EXPECT_EQ(whole.text, "fits") << "the rest of the first one is gone";
    EXPECT_FALSE(whole.about.truncated);
    const datagram empty = co_await receive_from(server, 4);
    EXPECT_EQ(empty.text, "");
    EXPECT_FALSE(empty.about.truncated);
}

TEST_P(DatagramSocket, TellsThatADatagramWasTooLong) {
    run(receive_too_much());
}

task<> cancel_receives() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket client = udp_socket::open();
    for (int turns = 0; turns < 6; ++turns) {
        auto receiving = create_task(receive_from(server));
        for (int i = 0; i < turns; ++i) co_await yield();
        co_await client.send_to(bytes_of("datagram"), server.local());
        receiving.cancel();
        const result<datagram> first = co_await as_result(receiving);
        datagram got;
        if (first)
            got = *first;
        else
            got = co_await receive_from(server);
        EXPECT_EQ(got.text, "datagram") << turns << " turns";
    }
}

TEST_P(DatagramSocket, LosesNoDatagramWheneverAReceiveIsCancelled) {
    run(cancel_receives());
}

task<> close_under_a_receiver() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    auto receiving = create_task(error_of(receive_from(server)));
    co_await yield();
    const endpoint at = server.local();
    server.close();
    EXPECT_THAT(co_await receiving,
                AllOf(HasSubstr("receive from (" + at.to_string()), HasSubstr("closed meanwhile")));
}

TEST_P(DatagramSocket, EndsTheReceiveOfAnotherTaskWhenItIsClosed) {
    run(close_under_a_receiver());
}

task<> use_what_was_closed() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket client = udp_socket::open();
    const endpoint nobody;
    EXPECT_EQ(client.remote(), nobody);
    co_await client.connect(server.local());
    EXPECT_TRUE(client.is_open());
    client.close();
    client.close();
    EXPECT_FALSE(client.is_open());
    EXPECT_THROW(co_await client.send(bytes_of("too late")), std::system_error);
}

TEST_P(DatagramSocket, IsOfNoUseOnceItIsClosed) {
    run(use_what_was_closed());
}

task<> use_what_was_moved() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket first = udp_socket::open();
    co_await first.connect(server.local());
    udp_socket second = std::move(first);
    EXPECT_FALSE(first.is_open());
    EXPECT_EQ(second.remote(), server.local());
    co_await second.send(bytes_of("moved"));
    const datagram got = co_await receive_from(server);
    EXPECT_EQ(got.text, "moved");
    EXPECT_EQ(got.about.from, second.local());
}

TEST_P(DatagramSocket, KeepsItsPeerWhenItIsMoved) {
    run(use_what_was_moved());
}

task<> send_what_is_too_long() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket client = udp_socket::open();
    const std::string text(70'000, 'x');
    const endpoint to = server.local();
    std::string error;
    try {
        co_await client.send_to(bytes_of(text), to);
    } catch (const std::system_error& failure) {
        EXPECT_EQ(failure.code(), std::errc::message_size);
        error = failure.what();
    }
    EXPECT_THAT(error, HasSubstr("send to (" + to.to_string() + ")"));
    co_await client.send_to(bytes_of("short"), to);
    EXPECT_EQ((co_await receive_from(server)).text, "short") << "nothing of the long one has gone";
}

TEST_P(DatagramSocket, SendsADatagramAsAWholeOrNotAtAll) {
    run(send_what_is_too_long());
}

task<> receive_while_sending() {
    udp_socket one = udp_socket::bind(endpoint::loopback());
    udp_socket other = udp_socket::bind(endpoint::loopback());
    auto receiving = create_task(receive_from(one));
    co_await yield();
    co_await one.send_to(bytes_of("out"), other.local());
    EXPECT_EQ((co_await receive_from(other)).text, "out");
    EXPECT_FALSE(receiving.done());
    co_await other.send_to(bytes_of("in"), one.local());
    EXPECT_EQ((co_await receiving).text, "in");
}

TEST_P(DatagramSocket, SendsWhileAnotherTaskReceives) {
    run(receive_while_sending());
}

}  // namespace
}  // namespace eddy::testing
