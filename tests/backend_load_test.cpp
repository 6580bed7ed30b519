#include "support/backend_fixture.hpp"

#include <deque>

// The conformance suite: more operations at once than the kernel's queues hold.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

using BackendLoad = backend_fixture;
INSTANTIATE_TEST_SUITE_P(All, BackendLoad, ::testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(BackendLoad, KeepsThousandsOfOperationsInFlight) {
    constexpr std::size_t pairs = 200;
    constexpr std::size_t each = 20;
    std::vector<socket_pair> sockets;
    std::deque<request> requests;
    std::vector<std::string> bytes(pairs * each, std::string(1, ' '));
    for (std::size_t i = 0; i < pairs; ++i) {
        sockets.push_back(open_attached_pair());
        for (std::size_t j = 0; j < each; ++j) {
            std::string& byte = bytes[i * each + j];
            requests.emplace_back(opcode::receive, sockets[i].one.get(), bytes_of(byte));
        }
    }
    for (request& op : requests) submit(op);
    EXPECT_EQ(poll(0ns), 0U);
    for (const socket_pair& pair : sockets) send_all(pair.other.get(), std::string(each, 'x'));
    for (request& op : requests) finish(op);
    for (const request& op : requests) {
        ASSERT_EQ(op.returns, 1);
        ASSERT_EQ(op.value, 1U);
    }
}

TEST_P(BackendLoad, TakesMoreSubmissionsInOneTurnThanItsQueueHolds) {
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), "x");
    std::deque<request> requests;
    for (int i = 0; i < 5000; ++i) {
        requests.emplace_back(opcode::readable, pair.one.get());
        submit(requests.back());
    }
    for (request& op : requests) finish(op);
    for (const request& op : requests) {
        ASSERT_EQ(op.returns, 1);
        ASSERT_EQ(op.error, std::error_code());
    }
}

// More completions than the kernel's queue holds: some are taken out before the next poll.
TEST_P(BackendLoad, LosesNoByteWhenThousandsFinishAndAreCancelledInOneTurn) {
    constexpr std::size_t count = 12'000;
    socket_pair pair = open_attached_pair();
    send_all(pair.other.get(), std::string(count, 'x'));
    std::deque<request> requests;
    std::vector<std::string> bytes(count, std::string(1, ' '));
    for (std::string& byte : bytes) {
        requests.emplace_back(opcode::receive, pair.one.get(), bytes_of(byte));
        submit(requests.back());
    }
    for (request& op : requests) kernel().cancel(op);
    std::size_t received = 0;
    for (request& op : requests) {
        finish(op);
        ASSERT_EQ(op.returns, 1);
        if (!op.was_canceled()) received += op.value;
    }
    EXPECT_EQ(received + available_bytes(pair.one.get()), count);
}

// A backend may have been told of more than it has returned: what it knows of handles that are
// closed meanwhile must not reach those that get their numbers.
TEST_P(BackendLoad, ForgetsWhatItWasToldOfHandlesThatAreClosed) {
    constexpr std::size_t count = 300;
    std::deque<request> requests;
    std::vector<std::string> bytes(2 * count, std::string(1, ' '));
    const auto receive_on_all = [&](const std::vector<socket_pair>& pairs) {
        for (const socket_pair& pair : pairs) {
            std::string& byte = bytes[requests.size()];
            requests.emplace_back(opcode::receive, pair.one.get(), bytes_of(byte));
            submit(requests.back());
        }
    };
    std::vector<socket_pair> closed;
    for (std::size_t i = 0; i < count; ++i) closed.push_back(open_attached_pair());
    receive_on_all(closed);
    EXPECT_EQ(poll(0ns), 0U);
    for (const socket_pair& pair : closed) send_all(pair.other.get(), "x");
    finish(requests.front());
    for (socket_pair& pair : closed) {
        close(pair.one);
        close(pair.other);
    }

    std::vector<socket_pair> opened;
    for (std::size_t i = 0; i < count; ++i) opened.push_back(open_attached_pair());
    receive_on_all(opened);
    for (std::size_t i = 0; i < count; ++i) finish(requests[i]);
    for (std::size_t i = count; i < 2 * count; ++i) {
        ASSERT_EQ(requests[i].returns, 0) << "of a connection on which nothing was sent";
        send_all(opened[i - count].other.get(), "y");
    }
    for (std::size_t i = 0; i < 2 * count; ++i) {
        finish(requests[i]);
        ASSERT_EQ(requests[i].returns, 1);
        if (i >= count) {
            ASSERT_EQ(bytes[i], "y");
        }
    }
}

}  // namespace
}  // namespace eddy::testing
