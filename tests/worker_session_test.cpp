#include "worker_session.hpp"

#include "function_registry.hpp"
#include "remote_exception.hpp"
#include "support/sockets.hpp"
#include "support/unmappable_payload.hpp"

#include <eddy/process_error.hpp>
#include <eddy/remote_call.hpp>
#include <eddy/socket.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace eddy {
namespace {

using ending = worker_session::ending;

int square(int x) {
    return x * x;
}

// Plays the pool for a worker that is a thread of this process.
class WorkerSession : public ::testing::Test {
protected:
    ~WorkerSession() override { end(); }

    void greet(const program_fingerprint& as = function_registry::fingerprint()) {
        send({.kind = message_kind::greeting}, as.to_payload());
        EXPECT_EQ(program_fingerprint::from(receive().second), function_registry::fingerprint());
    }

    void send(const message_header& head, const payload& content) {
        channel_.put(head, content);
        std::error_code error;
        channel_.send(when_not_ready::wait, error);
    }
    void offer_and_send(std::uint64_t id, const remote_call& call) {
        page_.offer(1, id);
        send_call(id, call);
    }
    void send_call(std::uint64_t id, const remote_call& call) {
        send(header_of(id, 1, call), call.arguments);
    }
    static message_header header_of(std::uint64_t id, std::uint16_t place,
                                    const remote_call& call) {
        return {.kind = message_kind::call,
                .place = place,
                .call = id,
                .check = call.function.check,
                .ordinal = call.function.ordinal};
    }

    using answer = std::pair<message_header, std::vector<std::byte>>;
    answer receive() {
        std::error_code error;
        for (;;) {
            if (const auto next = channel_.take())
                return {next->head(), {next->content().begin(), next->content().end()}};
            if (!channel_.receive(when_not_ready::wait, error)) return {};
        }
    }
    void expect_value(std::uint64_t id, int value) {
        const auto [head, content] = receive();
        EXPECT_EQ(head.kind, message_kind::value);
        EXPECT_EQ(head.call, id);
        payload_reader reader(content);
        EXPECT_EQ(decode<int>(reader), value);
    }

    ending end() {
        shutdown_sending(sockets_.one.get());
        if (worker_.joinable()) worker_.join();
        return ended_by_;
    }

    testing::socket_pair sockets_ = testing::open_pair();
    control_page page_;
    process_channel channel_{sockets_.one.get()};
    ending ended_by_ = ending::pool_closed;
    std::thread worker_{[this] { ended_by_ = worker_session(sockets_.other.get(), page_).run(); }};
};

TEST_F(WorkerSession, AnswersCallsUntilThereAreNoMore) {
    greet();
    offer_and_send(17, make_remote_call(fn<square>, 5));
    expect_value(17, 25);
    offer_and_send(18, make_remote_call(fn<square>, 6));
    expect_value(18, 36);
    EXPECT_EQ(end(), ending::pool_closed);
}

TEST_F(WorkerSession, RunsNothingForAnotherProgram) {
    program_fingerprint other = function_registry::fingerprint();
    other.check += 1;
    greet(other);
    offer_and_send(17, make_remote_call(fn<square>, 5));
    EXPECT_EQ(end(), ending::other_program);
    EXPECT_TRUE(page_.is_on_offer(1, 17));
}

TEST_F(WorkerSession, RunsNothingBeforeTheGreeting) {
    offer_and_send(17, make_remote_call(fn<square>, 5));
    EXPECT_EQ(end(), ending::other_program);
    EXPECT_TRUE(page_.is_on_offer(1, 17));
}

TEST_F(WorkerSession, RefusesAFunctionThatItDoesNotKnow) {
    greet();
    remote_call unknown = make_remote_call(fn<square>, 5);
    unknown.function.ordinal = 1'000'000;
    offer_and_send(17, unknown);
    auto [head, content] = receive();
    EXPECT_EQ(head.kind, message_kind::error);
    payload_reader reader(content);
    EXPECT_THROW(std::rethrow_exception(read_exception(reader)), worker_binary_mismatch);

    offer_and_send(18, make_remote_call(fn<square>, 6));
    expect_value(18, 36);
}

TEST_F(WorkerSession, RefusesAFunctionWithTheCheckValueOfAnotherOne) {
    greet();
    remote_call wrong = make_remote_call(fn<square>, 5);
    wrong.function.check += 1;
    offer_and_send(17, wrong);
    EXPECT_EQ(receive().first.kind, message_kind::error);
}

TEST_F(WorkerSession, RefusesArgumentsThatAreCutOff) {
    greet();
    remote_call cut = make_remote_call(fn<square>, 5);
    cut.arguments.bytes.pop_back();
    offer_and_send(17, cut);
    const auto [head, content] = receive();
    EXPECT_EQ(head.kind, message_kind::error);
    payload_reader reader(content);
    EXPECT_THROW(std::rethrow_exception(read_exception(reader)), serialization_error);
}

// If it ended instead, the next worker would be given the same call, and end as well.
TEST_F(WorkerSession, RefusesArgumentsThatItHasNoMemoryToMap) {
    greet();
    remote_call call = make_remote_call(fn<square>, 5);
    call.arguments = testing::unmappable_payload();
    offer_and_send(17, call);
    const auto [head, content] = receive();
    EXPECT_EQ(head.kind, message_kind::error);
    EXPECT_EQ(head.call, 17U);
    payload_reader reader(content);
    EXPECT_THROW(std::rethrow_exception(read_exception(reader)), std::system_error);

    offer_and_send(18, make_remote_call(fn<square>, 6));
    expect_value(18, 36);
}

TEST_F(WorkerSession, PassesOverACallThatWasTakenBack) {
    greet();
    send_call(17, make_remote_call(fn<square>, 5));
    offer_and_send(18, make_remote_call(fn<square>, 6));
    expect_value(18, 36);
}

TEST_F(WorkerSession, EndsWhenItsInitializerThrows) {
    greet();
    const remote_call call = make_remote_call([] { throw std::invalid_argument("not today"); });
    send({.kind = message_kind::initialize,
          .check = call.function.check,
          .ordinal = call.function.ordinal},
         call.arguments);
    const auto [head, content] = receive();
    EXPECT_EQ(head.kind, message_kind::initializer_failed);
    payload_reader reader(content);
    EXPECT_THROW(std::rethrow_exception(read_exception(reader)), std::invalid_argument);
    EXPECT_EQ(end(), ending::initializer_failed);
}

std::atomic<native_handle> socket_to_shut = invalid_handle;

void shut_the_way_back() {
    shutdown_sending(socket_to_shut);
}

// Its pool cannot know that the first one is done, and so could not tell which is running.
TEST_F(WorkerSession, TakesNoOtherCallWhenItCannotSendAnAnswer) {
    greet();
    socket_to_shut = sockets_.other.get();
    const remote_call calls[] = {make_remote_call(fn<shut_the_way_back>),
                                 make_remote_call(fn<square>, 6)};
    page_.offer(1, 17);
    page_.offer(2, 18);
    channel_.put(header_of(17, 1, calls[0]), calls[0].arguments);
    send(header_of(18, 2, calls[1]), calls[1].arguments);
    EXPECT_EQ(receive().first.call, 0U) << "there is no answer";
    EXPECT_EQ(end(), ending::pool_not_reached);
    EXPECT_FALSE(page_.is_on_offer(1, 17));
    EXPECT_TRUE(page_.is_on_offer(2, 18));
}

TEST_F(WorkerSession, EndsWhenItIsToldNonsense) {
    greet();
    testing::send_all(sockets_.one.get(), std::string(64, '\xff'));
    EXPECT_EQ(end(), ending::nonsense);
}

}  // namespace
}  // namespace eddy
