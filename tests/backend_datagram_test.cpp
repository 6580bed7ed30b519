#include "support/backend_fixture.hpp"

// The conformance suite: datagrams.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendDatagram = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendDatagram, ::testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(BackendDatagram, SendsADatagramAndReceivesItWithItsSender) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    attach(one.handle.get());
    attach(other.handle.get());

    std::string incoming(64, ' ');
    endpoint sender;
    request receive(opcode::receive_from, other.handle.get(), bytes_of(incoming));
    receive.peer = &sender;
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);

    std::string outgoing = "datagram";
    endpoint to = other.at;
    request send(opcode::send_to, one.handle.get(), bytes_of(outgoing));
    send.peer = &to;
    perform(send);
    EXPECT_EQ(send.value, 8U);

    finish(receive);
    EXPECT_EQ(incoming.substr(0, receive.value), "datagram");
    EXPECT_EQ(sender, one.at);
}

// Sends a datagram by itself, to receive it in a test.
void send_datagram(backend& kernel, const listening_socket& from, endpoint to, std::string text) {
    ASSERT_EQ(kernel.attach(from.handle.get()), std::error_code());
    request send(opcode::send_to, from.handle.get(), bytes_of(text));
    send.peer = &to;
    bool is_back = !kernel.submit(send);
    while (!is_back) {
        operation_list completed;
        kernel.poll(20s, completed);
        is_back = !completed.empty();
        if (is_back) completed.pop_front();
    }
    send.in_flight = false;
    ASSERT_EQ(send.error, std::error_code());
}

TEST_P(BackendDatagram, TellsTheFullSizeOfADatagramThatDoesNotFit) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    attach(other.handle.get());
    send_datagram(kernel(), one, other.at, "too long");
    std::string incoming(4, ' ');
    request receive(opcode::receive_from, other.handle.get(), bytes_of(incoming));
    perform(receive);
    EXPECT_EQ(receive.value, 8U);
    EXPECT_EQ(incoming, "too ");
}

TEST_P(BackendDatagram, SendsToWhomItIsConnectedAndHearsNobodyElse) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    const listening_socket stranger = open_datagram_socket();
    attach(one.handle.get());
    attach(other.handle.get());
    endpoint to = other.at;
    request connect(opcode::connect, one.handle.get());
    connect.peer = &to;
    perform(connect);
    ASSERT_EQ(connect.error, std::error_code());

    std::string outgoing = "to my peer";
    request send(opcode::send_to, one.handle.get(), bytes_of(outgoing));
    perform(send);
    ASSERT_EQ(send.error, std::error_code()) << send.error.message();
    std::string incoming(64, ' ');
    request receive(opcode::receive_from, other.handle.get(), bytes_of(incoming));
    perform(receive);
    EXPECT_EQ(incoming.substr(0, receive.value), "to my peer");

    send_datagram(kernel(), stranger, one.at, "noise");
    std::string answer = "answer";
    endpoint back = one.at;
    request send_back(opcode::send_to, other.handle.get(), bytes_of(answer));
    send_back.peer = &back;
    perform(send_back);
    request hear(opcode::receive_from, one.handle.get(), bytes_of(incoming));
    perform(hear);
    EXPECT_EQ(incoming.substr(0, hear.value), "answer");
}

TEST_P(BackendDatagram, ReceivesAnEmptyDatagram) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    attach(other.handle.get());
    send_datagram(kernel(), one, other.at, "");
    std::string incoming(4, ' ');
    endpoint sender;
    request receive(opcode::receive_from, other.handle.get(), bytes_of(incoming));
    receive.peer = &sender;
    perform(receive);
    EXPECT_EQ(receive.error, std::error_code());
    EXPECT_EQ(receive.value, 0U);
    EXPECT_EQ(sender, one.at);
}

TEST_P(BackendDatagram, GathersAndScattersADatagram) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    attach(one.handle.get());
    attach(other.handle.get());
    std::string head = "head";
    std::string body = "body";
    const io_buffer outgoing[] = {{head.data(), 4}, {body.data(), 4}};
    endpoint to = other.at;
    request send(opcode::send_to, one.handle.get());
    send.buffers = outgoing;
    send.peer = &to;
    perform(send);
    EXPECT_EQ(send.value, 8U);

    std::string first(6, ' ');
    std::string second(6, ' ');
    const io_buffer incoming[] = {{first.data(), 6}, {second.data(), 6}};
    request receive(opcode::receive_from, other.handle.get());
    receive.buffers = incoming;
    perform(receive);
    EXPECT_EQ(receive.value, 8U);
    EXPECT_EQ(first + second.substr(0, 2), "headbody");
}

TEST_P(BackendDatagram, CancelsAReceiveAndKeepsTheNextDatagram) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    attach(other.handle.get());
    std::string text(16, ' ');
    request receive(opcode::receive_from, other.handle.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    kernel().cancel(receive);
    finish(receive);
    EXPECT_TRUE(receive.was_canceled());
    send_datagram(kernel(), one, other.at, "kept");
    request next(opcode::receive_from, other.handle.get(), bytes_of(text));
    perform(next);
    EXPECT_EQ(text.substr(0, next.value), "kept");
}

TEST_P(BackendDatagram, WaitsOnAHandleThatCameInNonBlockingMode) {
    const listening_socket one = open_datagram_socket();
    const listening_socket other = open_datagram_socket();
    make_non_blocking(other.handle.get());
    attach(other.handle.get());
    std::string text(16, ' ');
    request receive(opcode::receive_from, other.handle.get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U) << receive.error.message();
    EXPECT_EQ(receive.returns, 0);
    kernel().cancel(receive);
    finish(receive);
}

TEST_P(BackendDatagram, RefusesMorePiecesThanTheKernelTakesAtOnce) {
    const listening_socket receiver = open_datagram_socket();
    const listening_socket sender = open_datagram_socket();
    attach(sender.handle.get());
    std::string text(2000, 'x');
    std::vector<io_buffer> pieces;
    for (char& each : text) pieces.push_back({&each, 1});
    endpoint to = receiver.at;
    request send(opcode::send_to, sender.handle.get());
    send.buffers = pieces;
    send.peer = &to;
    perform(send);
    EXPECT_EQ(send.error, std::errc::message_size) << send.error.message();
}

}  // namespace
}  // namespace eddy::testing
