#include "support/backend_fixture.hpp"

#include <deque>

// The conformance suite: operations that are cancelled, and handles that are closed under them.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendCancel = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendCancel, ::testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(BackendCancel, IgnoresACancelThatComesBeforeTheSubmission) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    kernel().cancel(receive);
    EXPECT_EQ(poll(0ns), 0U);
    send_all(pair.other.get(), "here");
    perform(receive);
    EXPECT_EQ(receive.error, std::error_code()) << receive.error.message();
    EXPECT_EQ(text.substr(0, receive.value), "here");
}

TEST_P(BackendCancel, ReturnsAnOperationThatIsCancelledRightAfterItsSubmission) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    kernel().cancel(receive);
    finish(receive);
    EXPECT_TRUE(receive.was_canceled()) << receive.error.message();
}

TEST_P(BackendCancel, ReturnsAnOperationThatIsCancelledWhileItWaits) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    kernel().cancel(receive);
    finish(receive);
    EXPECT_TRUE(receive.was_canceled()) << receive.error.message();
    poll(0ns);
    EXPECT_EQ(receive.returns, 1);
}

TEST_P(BackendCancel, ReturnsAnOperationOnceThatIsCancelledTwice) {
    socket_pair pair = open_attached_pair();
    request readable(opcode::readable, pair.one.get());
    submit(readable);
    kernel().cancel(readable);
    kernel().cancel(readable);
    finish(readable);
    poll(0ns);
    EXPECT_EQ(readable.returns, 1);
}

TEST_P(BackendCancel, LosesNoByteWhenDataAndCancellationMeet) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    send_all(pair.other.get(), "data");
    kernel().cancel(receive);
    finish(receive);
    if (receive.was_canceled()) {
        EXPECT_EQ(available_bytes(pair.one.get()), 4U) << "read and thrown away";
    } else {
        EXPECT_EQ(text.substr(0, receive.value), "data");
    }
}

TEST_P(BackendCancel, IgnoresACancelThatComesAfterTheReturn) {
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), "x");
    request readable(opcode::readable, pair.one.get());
    perform(readable);
    kernel().cancel(readable);
    poll(0ns);
    EXPECT_EQ(readable.returns, 1);
    EXPECT_EQ(readable.error, std::error_code());
}

TEST_P(BackendCancel, CancelsOneOfTwoOperationsOnAHandle) {
    socket_pair pair = open_attached_pair();
    std::string first_text(16, ' ');
    std::string second_text(16, ' ');
    request first(opcode::receive, pair.one.get(), bytes_of(first_text));
    request second(opcode::receive, pair.one.get(), bytes_of(second_text));
    submit(first);
    submit(second);
    poll(0ns);
    kernel().cancel(first);
    finish(first);
    EXPECT_TRUE(first.was_canceled());
    EXPECT_EQ(second.returns, 0);
    send_all(pair.other.get(), "second");
    finish(second);
    EXPECT_EQ(second_text.substr(0, second.value), "second");
}

TEST_P(BackendCancel, UsesAnOperationAgainAfterItCameBack) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    kernel().cancel(receive);
    finish(receive);
    ASSERT_TRUE(receive.was_canceled());
    receive.returns = 0;
    send_all(pair.other.get(), "again");
    perform(receive);
    EXPECT_EQ(receive.error, std::error_code());
    EXPECT_EQ(text.substr(0, receive.value), "again");
}

TEST_P(BackendCancel, ReturnsTheOperationsOfADetachedHandle) {
    socket_pair pair = open_attached_pair();
    fill(pair.one.get());
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    request readable(opcode::readable, pair.one.get());
    request send(opcode::send, pair.one.get(), bytes_of(text));
    submit(receive);
    submit(readable);
    submit(send);
    poll(0ns);
    close(pair.one);
    for (request* op : {&receive, &readable, &send}) {
        finish(*op);
        EXPECT_TRUE(op->was_canceled()) << to_string(op->code) << ": " << op->error.message();
    }
    poll(0ns);
    EXPECT_EQ(receive.returns + readable.returns + send.returns, 3);
}

TEST_P(BackendCancel, ReturnsWhatWasSubmittedInTheTurnOfTheDetach) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    close(pair.one);
    finish(receive);
    EXPECT_TRUE(receive.was_canceled()) << receive.error.message();
}

TEST_P(BackendCancel, LetsThePeerSeeTheEndAsSoonAsAHandleIsClosed) {
    socket_pair pair = open_attached_pair();
    std::string text(16, ' ');
    request receive(opcode::receive, pair.one.get(), bytes_of(text));
    submit(receive);
    poll(0ns);
    close(pair.one);  // the request in flight must not keep the socket open
    EXPECT_EQ(receive_some(pair.other.get()), "");
    finish(receive);
}

TEST_P(BackendCancel, KeepsApartAClosedHandleAndTheNextOneWithItsNumber) {
    socket_pair first = open_attached_pair();
    std::string first_text(16, ' ');
    request old_receive(opcode::receive, first.one.get(), bytes_of(first_text));
    submit(old_receive);
    poll(0ns);
    const native_handle number = first.one.get();
    close(first.one);

    // The system gives free numbers again soon, most often the lowest first.
    std::vector<socket_pair> others;
    socket_pair second = open_pair();
    while (second.one.get() != number) {
        ASSERT_LT(others.size(), 1000U) << "the number does not come back";
        others.push_back(std::exchange(second, open_pair()));
    }
    attach(second.one.get());
    std::string second_text(16, ' ');
    request new_receive(opcode::receive, number, bytes_of(second_text));
    submit(new_receive);
    finish(old_receive);
    EXPECT_TRUE(old_receive.was_canceled());
    EXPECT_EQ(new_receive.returns, 0);
    send_all(second.other.get(), "new");
    finish(new_receive);
    EXPECT_EQ(second_text.substr(0, new_receive.value), "new");
}

TEST_P(BackendCancel, DetachesAHandleThatWasNeverUsed) {
    socket_pair pair = open_attached_pair();
    close(pair.one);
    close(pair.other);
    EXPECT_EQ(poll(0ns), 0U);
}

}  // namespace
}  // namespace eddy::testing
