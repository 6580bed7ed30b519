#include "support/backend_fixture.hpp"

#include <eddy/socket.hpp>

#include <algorithm>

// The conformance suite: bytes over connected sockets.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendStream = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendStream, ::testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(BackendStream, SendsWhatThePeerReceives) {
    socket_pair pair = open_attached_pair();
    std::string text = "hello";
    request send(opcode::send, pair.one.get(), bytes_of(text));
    perform(send);
    EXPECT_EQ(send.value, 5U);
    EXPECT_EQ(receive_some(pair.other.get()), "hello");
}

TEST_P(BackendStream, ReceivesZeroBytesAtTheEndOfTheStream) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    close(pair.other);
    finish(receive);
    EXPECT_EQ(receive.error, std::error_code());
    EXPECT_EQ(receive.value, 0U);
}

TEST_P(BackendStream, ReceivesEverythingBeforeTheEndOfAHalfClosedStreamAndStillSends) {
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), "last words");
    ASSERT_EQ(shutdown_sending(pair.other.get()), std::error_code());

    std::string received;
    for (;;) {
        std::string piece(4, ' ');
        request receive(opcode::receive, pair.one.get(), bytes_of(piece));
        perform(receive);
        ASSERT_EQ(receive.error, std::error_code());
        if (receive.value == 0) break;
        received.append(piece, 0, receive.value);
    }
    EXPECT_EQ(received, "last words");

    std::string answer = "understood";
    request send(opcode::send, pair.one.get(), bytes_of(answer));
    perform(send);
    EXPECT_EQ(receive_some(pair.other.get()), "understood");
}

TEST_P(BackendStream, SeesTheEndThatComesAfterAShortRead) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    send_all(pair.other.get(), "short");
    finish(receive);
    EXPECT_EQ(receive.value, 5U);
    request next(opcode::receive, pair.one.get(), bytes_of(text));
    submit(next);
    poll(0ns);
    ASSERT_EQ(shutdown_sending(pair.other.get()), std::error_code());
    finish(next);
    EXPECT_EQ(next.value, 0U);
}

TEST_P(BackendStream, ReportsAConnectionThatThePeerHasReset) {
    socket_pair pair = open_tcp_pair();
    attach(pair.one.get());
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    reset_on_close(pair.other.get());
    pair.other.reset();
    finish(receive);
    EXPECT_EQ(receive.error, std::errc::connection_reset) << receive.error.message();
}

TEST_P(BackendStream, ReportsASendOnAConnectionThatThePeerHasReset) {
    socket_pair pair = open_tcp_pair();
    attach(pair.one.get());
    fill(pair.one.get());
    std::string text = "into the void";
    request send(opcode::send, pair.one.get(), bytes_of(text));
    submit(send);
    poll(0ns);
    reset_on_close(pair.other.get());
    pair.other.reset();
    finish(send);
    EXPECT_EQ(send.error, std::errc::connection_reset) << send.error.message();
}

TEST_P(BackendStream, ReportsABrokenConnectionWithoutASignal) {
    socket_pair pair = open_attached_pair();
    close(pair.other);
    std::error_code error;
    // Over TCP the first ones go: the answer to them tells that nobody is there.
    while (!error) {
        std::string text = "into the void";
        request send(opcode::send, pair.one.get(), bytes_of(text));
        perform(send);
        error = send.error;
    }
    EXPECT_TRUE(means_that_the_peer_has_gone(error)) << error.message();
}

TEST_P(BackendStream, TakesALargeBufferInPieces) {
    socket_pair pair = open_attached_pair();
    std::string sent(8'000'000, ' ');
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>('a' + i % 23);
    std::string received(sent.size(), ' ');

    std::span<std::byte> to_send = bytes_of(sent);
    std::span<std::byte> to_receive = bytes_of(received);
    int sends = 0;
    while (!to_receive.empty()) {
        request receive(opcode::receive, pair.other.get(), to_receive);
        submit(receive);
        if (!to_send.empty()) {
            request send(opcode::send, pair.one.get(), to_send);
            perform(send);
            ASSERT_EQ(send.error, std::error_code());
            ASSERT_GT(send.value, 0U);
            to_send = to_send.subspan(send.value);
            ++sends;
        }
        finish(receive);
        ASSERT_EQ(receive.error, std::error_code());
        to_receive = to_receive.subspan(receive.value);
    }
    EXPECT_GT(sends, 1) << "no socket buffer holds all of it";
    EXPECT_TRUE(received == sent);
}

TEST_P(BackendStream, WaitsToSendUntilThePeerHasMadeRoom) {
    socket_pair pair = open_attached_pair();
    std::size_t filled = fill(pair.one.get());
    std::string text = "more";
    request send(opcode::send, pair.one.get(), bytes_of(text));
    submit(send);
    EXPECT_EQ(poll(0ns), 0U);
    while (filled > 0) filled -= receive_some(pair.other.get(), filled).size();
    finish(send);
    EXPECT_EQ(send.error, std::error_code());
    EXPECT_EQ(receive_some(pair.other.get()), "more");
}

TEST_P(BackendStream, ReceivesAndSendsOnOneHandleAtTheSameTime) {
    socket_pair pair = open_attached_pair();
    std::string incoming(16, ' ');
    std::string outgoing = "out";
    request receive(opcode::receive, pair.one.get(), bytes_of(incoming));
    request send(opcode::send, pair.one.get(), bytes_of(outgoing));
    submit(receive);
    perform(send);
    EXPECT_EQ(receive.returns, 0);
    EXPECT_EQ(receive_some(pair.other.get()), "out");
    send_all(pair.other.get(), "in");
    finish(receive);
    EXPECT_EQ(incoming.substr(0, receive.value), "in");
}

std::vector<io_buffer> pieces_of(std::string& one, std::string& two, std::string& three) {
    return {{one.data(), one.size()}, {two.data(), two.size()}, {three.data(), three.size()}};
}

TEST_P(BackendStream, SendsSeveralBuffersAsOne) {
    socket_pair pair = open_attached_pair();
    std::string one = "con";
    std::string two = "ca";
    std::string three = "tenated";
    const std::vector<io_buffer> pieces = pieces_of(one, two, three);
    request send(opcode::send, pair.one.get());
    send.buffers = pieces;
    perform(send);
    EXPECT_EQ(send.value, 12U);
    EXPECT_EQ(receive_some(pair.other.get()), "concatenated");
}

TEST_P(BackendStream, ReceivesIntoSeveralBuffersAsIntoOne) {
    socket_pair pair = open_attached_pair();
    std::string one(3, ' ');
    std::string two(2, ' ');
    std::string three(20, ' ');
    const std::vector<io_buffer> pieces = pieces_of(one, two, three);
    request receive(opcode::receive, pair.one.get());
    receive.buffers = pieces;
    submit(receive);
    poll(0ns);
    send_all(pair.other.get(), "concatenated");
    finish(receive);
    EXPECT_EQ(receive.value, 12U);
    EXPECT_EQ(one + two + three.substr(0, 7), "concatenated");
}

TEST_P(BackendStream, KeepsManyVectoredOperationsApart) {
    constexpr int count = 100;
    std::vector<socket_pair> pairs;
    std::vector<std::string> texts(count, std::string(8, ' '));
    std::vector<std::vector<io_buffer>> pieces(count);
    std::vector<std::unique_ptr<request>> requests;
    for (std::size_t i = 0; i < count; ++i) {
        pairs.push_back(open_attached_pair());
        char* const text = texts[i].data();
        pieces[i] = {{text, 4}, {text + 4, 4}};
        requests.push_back(std::make_unique<request>(opcode::receive, pairs[i].one.get()));
        requests[i]->buffers = pieces[i];
        submit(*requests[i]);
    }
    poll(0ns);
    for (std::size_t i = 0; i < count; ++i) send_all(pairs[i].other.get(), std::to_string(i));
    for (std::size_t i = 0; i < count; ++i) {
        finish(*requests[i]);
        EXPECT_EQ(texts[i].substr(0, requests[i]->value), std::to_string(i));
    }
}

TEST_P(BackendStream, TellsWhenAHandleCanBeReadAndTakesNothing) {
    socket_pair pair = open_attached_pair();
    request readable(opcode::readable, pair.one.get());
    submit(readable);
    EXPECT_EQ(poll(0ns), 0U);
    send_all(pair.other.get(), "still there");
    finish(readable);
    EXPECT_EQ(receive_some(pair.one.get()), "still there");
}

TEST_P(BackendStream, TellsThatAHandleAtTheEndOfItsStreamCanBeRead) {
    socket_pair pair = open_attached_pair();
    request readable(opcode::readable, pair.one.get());
    submit(readable);
    poll(0ns);
    close(pair.other);
    finish(readable);
    EXPECT_EQ(readable.error, std::error_code());
}

TEST_P(BackendStream, TellsAgainThatAHandleCanBeReadWhileItCan) {
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), "x");
    for (int i = 0; i < 3; ++i) {
        request readable(opcode::readable, pair.one.get());
        perform(readable);
        EXPECT_EQ(readable.error, std::error_code());
    }
}

TEST_P(BackendStream, TellsWhenAHandleCanBeWritten) {
    socket_pair pair = open_attached_pair();
    request writable(opcode::writable, pair.one.get());
    perform(writable);
    std::size_t filled = fill(pair.one.get());
    request writable_again(opcode::writable, pair.one.get());
    submit(writable_again);
    EXPECT_EQ(poll(0ns), 0U);
    while (filled > 0) filled -= receive_some(pair.other.get(), filled).size();
    finish(writable_again);
    EXPECT_EQ(writable_again.error, std::error_code());
}

TEST_P(BackendStream, WaitsOnAHandleThatCameInNonBlockingMode) {
    socket_pair pair = open_attached_pair();
    make_non_blocking(pair.one.get());
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);
    send_all(pair.other.get(), "here");
    finish(receive);
    EXPECT_EQ(text.substr(0, receive.value), "here");

    std::size_t filled = fill(pair.one.get());
    std::string answer = "answer";
    request send(opcode::send, pair.one.get(), bytes_of(answer));
    submit(send);
    EXPECT_EQ(poll(0ns), 0U);
    while (filled > 0) filled -= receive_some(pair.other.get(), filled).size();
    finish(send);
    EXPECT_EQ(send.error, std::error_code()) << send.error.message();
}

TEST_P(BackendStream, CancelsAVectoredReceiveOnAHandleThatCameInNonBlockingMode) {
    socket_pair pair = open_attached_pair();
    make_non_blocking(pair.one.get());
    std::string text(16, ' ');
    const std::vector<io_buffer> pieces = {{text.data(), 8}, {text.data() + 8, 8}};
    request receive(opcode::receive, pair.one.get());
    receive.buffers = pieces;
    submit(receive);
    EXPECT_EQ(poll(0ns), 0U);
    kernel().cancel(receive);
    finish(receive);
    EXPECT_TRUE(receive.was_canceled()) << receive.error.message();
}

}  // namespace
}  // namespace eddy::testing
