#include <eddy/socket_awaiters.hpp>

#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/sockets.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>
#include <eddy/socket.hpp>

#include <gmock/gmock.h>

#include <array>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using SocketAwaiters = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, SocketAwaiters, ::testing::ValuesIn(backend_names()), name_of_loop);

task<std::string> receive(const attached_handle& from, endpoint peer) {
    std::string text(100, ' ');
    const std::size_t came =
        co_await transfer_awaiter(opcode::receive, from.get(), bytes_of(text), peer);
    text.resize(came);
    co_return text;
}

task<> send(const attached_handle& to, std::string text, endpoint peer) {
    co_await transfer_awaiter(opcode::send, to.get(), bytes_of(text), peer);
}

task<> wait_until_readable(const attached_handle& on, endpoint peer) {
    co_await readiness_awaiter(opcode::readable, on.get(), &peer);
}

task<> give_and_take() {
    socket_pair pair = open_pair();
    const attached_handle one(std::move(pair.one));
    const endpoint peer;
    auto receiving = create_task(receive(one, peer));
    co_await yield();
    send_all(pair.other.get(), "to a task");
    EXPECT_EQ(co_await receiving, "to a task");
    co_await send(one, "from a task", peer);
    EXPECT_EQ(receive_some(pair.other.get()), "from a task");
    pair.other.reset();
    EXPECT_EQ(co_await receive(one, peer), "");
}

TEST_P(SocketAwaiters, TransferOneBufferAndTellTheEnd) {
    run(give_and_take());
}

task<> transfer_several_buffers() {
    socket_pair pair = open_pair();
    const attached_handle one(std::move(pair.one));
    const endpoint peer;
    std::string head = "head,";
    std::string body = "body";
    const std::array outgoing{io_buffer{head.data(), 5}, io_buffer{body.data(), 4}};
    const std::size_t sent =
        co_await vector_transfer_awaiter(opcode::send, one.get(), outgoing, peer);
    EXPECT_EQ(sent, 9U);
    EXPECT_EQ(receive_some(pair.other.get()), "head,body");

    send_all(pair.other.get(), "1234567");
    const std::array incoming{io_buffer{head.data(), 5}, io_buffer{body.data(), 4}};
    const std::size_t came =
        co_await vector_transfer_awaiter(opcode::receive, one.get(), incoming, peer);
    EXPECT_EQ(came, 7U);
    EXPECT_EQ(head + body, "1234567dy");
}

TEST_P(SocketAwaiters, TransferSeveralBuffersAsOne) {
    run(transfer_several_buffers());
}

task<> close_under_everybody() {
    socket_pair pair = open_pair();
    attached_handle one(std::move(pair.one));
    fill(one.get());
    const endpoint peer = endpoint::loopback(7);
    auto reading = create_task(error_of(receive(one, peer)));
    auto writing = create_task(error_of(send(one, "no room", peer)));
    auto waiting = create_task(error_of(wait_until_readable(one, peer)));
    co_await yield();
    one.close();
    one.close();
    EXPECT_FALSE(one);
    const auto closed = HasSubstr("(127.0.0.1:7), closed meanwhile");
    EXPECT_THAT(co_await reading, AllOf(HasSubstr("receive "), closed));
    EXPECT_THAT(co_await writing, AllOf(HasSubstr("send "), closed));
    EXPECT_THAT(co_await waiting, AllOf(HasSubstr("wait until readable "), closed));
}

TEST_P(SocketAwaiters, ComeBackWithVerbAndPeerWhenTheirSocketIsClosed) {
    run(close_under_everybody());
}

task<> come_too_late() {
    socket_pair pair = open_pair();
    attached_handle one(std::move(pair.one));
    one.close();
    const endpoint peer = endpoint::loopback(7);
    EXPECT_THAT(co_await error_of(receive(one, peer)), HasSubstr("receive (127.0.0.1:7)"));
    EXPECT_THAT(co_await error_of(send(one, "x", peer)), HasSubstr("send (127.0.0.1:7)"));
    EXPECT_THAT(co_await error_of(wait_until_readable(one, peer)),
                HasSubstr("wait until readable (127.0.0.1:7)"));
}

TEST_P(SocketAwaiters, RefuseASocketThatIsClosedAlready) {
    run(come_too_late());
}

task<> cancel_everybody() {
    socket_pair pair = open_pair();
    const attached_handle one(std::move(pair.one));
    const endpoint peer;
    auto reading = create_task(ending_of(receive(one, peer)));
    auto waiting = create_task(ending_of(wait_until_readable(one, peer)));
    co_await yield();
    reading.cancel();
    waiting.cancel();
    EXPECT_EQ(co_await reading, ending::cancelled);
    EXPECT_EQ(co_await waiting, ending::cancelled);
    send_all(pair.other.get(), "later");
    EXPECT_EQ(co_await receive(one, peer), "later");
}

TEST_P(SocketAwaiters, ComeBackWhenTheirTaskIsCancelled) {
    run(cancel_everybody());
}

task<> ask_where_it_is() {
    listening_socket listener = open_listener();
    attached_handle socket(std::move(listener.handle));
    EXPECT_EQ(socket.local(), listener.at);
    socket.close();
    EXPECT_THROW(socket.local(), std::system_error);
    co_return;
}

TEST_P(SocketAwaiters, TellWhereTheirSocketIsBound) {
    run(ask_where_it_is());
}

}  // namespace
}  // namespace eddy::testing
