#include <eddy/udp_socket.hpp>

#include "support/datagrams.hpp"
#include "support/process_fixture.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/socket.hpp>

#include <gmock/gmock.h>

#include <array>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using UdpSocket = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, UdpSocket, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> exchange() {
    udp_socket one = udp_socket::bind(endpoint::loopback());
    udp_socket other = udp_socket::bind(endpoint::loopback());
    auto receiving = create_task(receive_from(other));
    co_await yield();
    co_await one.send_to(bytes_of("question"), other.local());
    const datagram question = co_await receiving;
    EXPECT_EQ(question.text, "question");
    EXPECT_EQ(question.about.from, one.local());
    EXPECT_FALSE(question.about.truncated);
    co_await other.send_to(bytes_of("answer"), question.about.from);
    EXPECT_EQ((co_await receive_from(one)).text, "answer");
}

TEST_P(UdpSocket, SendsAndTellsWhoSent) {
    run(exchange());
}

task<> say_hello(udp_socket& from, endpoint to) {
    co_await from.send_to(bytes_of("hello"), to);
}

task<> exchange_over_ipv6() {
    udp_socket server = udp_socket::bind(endpoint::loopback_v6());
    udp_socket client = udp_socket::open(address_family::ipv6);
    co_await client.send_to(bytes_of("six"), server.local());
    EXPECT_EQ((co_await receive_from(server)).text, "six");
}

TEST_P(UdpSocket, SpeaksTheNewProtocolToo) {
    std::error_code error;
    const unique_handle probe = open_socket(address_family::ipv6, socket_type::datagram, error);
    if (error || bind_socket(probe.get(), endpoint::loopback_v6()))
        GTEST_SKIP() << "this machine has no IPv6";
    run(exchange_over_ipv6());
}

task<> call_all() {
    udp_socket server = udp_socket::bind(endpoint::any());
    udp_socket client = udp_socket::open();
    const endpoint all = *endpoint::parse("127.255.255.255", server.local().port());
    const std::string refusal = co_await error_of(say_hello(client, all));
    EXPECT_THAT(refusal, ::testing::HasSubstr("denied"));
    client.allow_broadcast();
    co_await say_hello(client, all);
    EXPECT_EQ((co_await receive_from(server)).text, "hello");
}

TEST_P(UdpSocket, CallsAllWhenItIsAllowed) {
    run(call_all());
}

task<> talk_to_one_peer() {
    udp_socket server = udp_socket::bind(endpoint::loopback());
    udp_socket stranger = udp_socket::bind(endpoint::loopback());
    udp_socket client = udp_socket::open();
    co_await client.connect(server.local());
    EXPECT_EQ(client.remote(), server.local());
    co_await client.send(bytes_of("question"));
    const datagram question = co_await receive_from(server);
    EXPECT_EQ(question.about.from, client.local());
    co_await stranger.send_to(bytes_of("noise"), client.local());
    co_await server.send_to(bytes_of("answer"), client.local());
    std::string text(100, ' ');
    const received_datagram got = co_await client.receive(std::as_writable_bytes(std::span(text)));
    EXPECT_EQ(text.substr(0, got.size), "answer") << "others are not received";
}

TEST_P(UdpSocket, HearsOnlyThePeerThatItIsConnectedTo) {
    run(talk_to_one_peer());
}

task<> bind_twice() {
    const udp_socket first = udp_socket::bind(endpoint::loopback());
    try {
        udp_socket::bind(first.local());
        ADD_FAILURE() << "two sockets have one address";
    } catch (const std::system_error& error) {
        EXPECT_THAT(error.what(), AllOf(HasSubstr("bind"), HasSubstr(first.local().to_string())));
    }
    co_return;
}

TEST_P(UdpSocket, NamesTheAddressThatItCannotHave) {
    run(bind_twice());
}

}  // namespace
}  // namespace eddy::testing
