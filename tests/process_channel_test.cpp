#include "process_channel.hpp"

#include "support/sockets.hpp"
#include "support/unmappable_payload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <thread>

namespace eddy {
namespace {

using testing::open_pair;
using testing::socket_pair;

payload payload_of(std::size_t size, int value) {
    payload_writer writer;
    writer.write(std::vector<std::byte>(size, static_cast<std::byte>(value)));
    return std::move(writer).finish();
}

bool holds(const message& what, std::size_t size, int value) {
    const auto is_right = [value](std::byte each) { return each == static_cast<std::byte>(value); };
    return what.content().size() == size && std::ranges::all_of(what.content(), is_right);
}

class ProcessChannel : public ::testing::Test {
protected:
    void put(std::uint64_t call, std::size_t size) {
        sender_.put({.kind = message_kind::call, .call = call}, payload_of(size, int(call % 100)));
    }
    std::error_code send(when_not_ready what = when_not_ready::wait) {
        std::error_code error;
        sender_.send(what, error);
        return error;
    }
    // What another implementation, or a broken one, could send.
    void send_raw(std::string_view bytes) {
        handle_channel way{sockets_.one.get()};
        std::error_code error;
        const std::span<const char> all(bytes);
        EXPECT_EQ(
            send_with_handle(way, std::as_bytes(all), invalid_handle, when_not_ready::wait, error),
            bytes.size());
        EXPECT_FALSE(error) << error.message();
    }
    bool receive(when_not_ready what = when_not_ready::wait) {
        std::error_code error;
        return receiver_.receive(what, error);
    }
    void expect_message(std::uint64_t call, std::size_t size) {
        std::optional<message> next;
        while (!(next = receiver_.take())) ASSERT_TRUE(receive());
        EXPECT_EQ(next->head().call, call);
        EXPECT_TRUE(holds(*next, size, int(call % 100))) << "of message " << call;
    }

    socket_pair sockets_ = open_pair();
    process_channel sender_{sockets_.one.get()};
    process_channel receiver_{sockets_.other.get()};
};

TEST_F(ProcessChannel, DeliversMessagesInOrder) {
    put(1, 0);
    put(2, 5);
    put(3, 1000);
    EXPECT_TRUE(sender_.has_unsent());
    EXPECT_FALSE(send());
    EXPECT_FALSE(sender_.has_unsent());
    expect_message(1, 0);
    expect_message(2, 5);
    expect_message(3, 1000);
    EXPECT_FALSE(receiver_.take());
}

TEST_F(ProcessChannel, DeliversLargeContentAsSharedMemoryBetweenOthers) {
    put(1, 10);
    put(2, 1'000'000);
    put(3, 10);
    put(4, 2'000'000);
    EXPECT_FALSE(send());
    expect_message(1, 10);
    expect_message(2, 1'000'000);
    expect_message(3, 10);
    expect_message(4, 2'000'000);
}

TEST_F(ProcessChannel, SendsMoreThanTheSocketTakesInPieces) {
    constexpr std::uint64_t count = 100;
    for (std::uint64_t call = 1; call <= count; ++call) put(call, call % 7 == 0 ? 70'000 : 60'000);
    EXPECT_EQ(send(when_not_ready::give_up), std::errc::operation_would_block);
    EXPECT_TRUE(sender_.has_unsent());
    std::thread rest([this] { EXPECT_FALSE(send()); });
    for (std::uint64_t call = 1; call <= count; ++call)
        expect_message(call, call % 7 == 0 ? 70'000 : 60'000);
    rest.join();
}

TEST_F(ProcessChannel, NeedsNoMoreMemoryForAQueueThatIsNeverEmpty) {
    // More than the socket takes, so that there always is a rest; some of it with a handle.
    std::uint64_t last = 0;
    const auto put_next = [this, &last] {
        ++last;
        put(last, last % 7 == 0 ? 70'000 : 60'001);
    };
    const auto send_until_it_has_to_wait = [&] {
        do {
            put_next();
            send(when_not_ready::give_up);
        } while (!sender_.has_unsent());
    };
    send_until_it_has_to_wait();
    for (int i = 0; i < 10; ++i) put_next();
    for (std::uint64_t call = 1; call <= 500; ++call) {
        expect_message(call, call % 7 == 0 ? 70'000 : 60'001);
        send_until_it_has_to_wait();
        ASSERT_LE(sender_.queue_memory(), 5'000'000U) << "after " << call << " messages";
    }
}

TEST_F(ProcessChannel, GivesBackTheMemoryOfALongQueue) {
    for (std::uint64_t call = 1; call <= 100; ++call) put(call, 60'000);
    EXPECT_GE(sender_.queue_memory(), 6'000'000U);
    std::thread all([this] { EXPECT_FALSE(send()); });
    for (std::uint64_t call = 1; call <= 100; ++call) expect_message(call, 60'000);
    all.join();
    EXPECT_LE(sender_.queue_memory(), 200'000U);
}

TEST_F(ProcessChannel, LaysContentWhereValuesCanBeReadInPlace) {
    for (std::uint64_t call = 1; call <= 5; ++call) put(call, call);
    EXPECT_FALSE(send());
    ASSERT_TRUE(receive());
    while (const auto next = receiver_.take())
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(next->content().data()) % 16, 0U);
}

TEST_F(ProcessChannel, TellsThatNothingIsThereAndThatNothingWillCome) {
    std::error_code error;
    EXPECT_FALSE(receiver_.receive(when_not_ready::give_up, error));
    EXPECT_EQ(error, std::errc::operation_would_block);
    sockets_.one.reset();
    EXPECT_FALSE(receiver_.receive(when_not_ready::give_up, error));
    EXPECT_FALSE(error);
}

TEST_F(ProcessChannel, WaitsForTheRestOfAMessage) {
    message_header head;
    head.size = 20;
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    bytes.append(32, 'x');
    send_raw(bytes.substr(0, 10));
    ASSERT_TRUE(receive());
    EXPECT_FALSE(receiver_.take());
    send_raw(bytes.substr(10, 40));
    ASSERT_TRUE(receive());
    EXPECT_FALSE(receiver_.take());
    send_raw(bytes.substr(50));
    ASSERT_TRUE(receive());
    const auto whole = receiver_.take();
    ASSERT_TRUE(whole);
    EXPECT_TRUE(holds(*whole, 20, 'x'));
}

TEST_F(ProcessChannel, RefusesNonsense) {
    send_raw(std::string(100, '\xff'));
    ASSERT_TRUE(receive());
    EXPECT_THROW(receiver_.take(), serialization_error);
}

TEST_F(ProcessChannel, TellsOfAMessageWhoseMemoryCannotBeMapped) {
    sender_.put({.kind = message_kind::call, .call = 7}, testing::unmappable_payload());
    put(8, 5);
    EXPECT_FALSE(send());
    ASSERT_TRUE(receive());
    const auto unreadable = receiver_.take();
    ASSERT_TRUE(unreadable);
    EXPECT_EQ(unreadable->head().call, 7U);
    EXPECT_THROW(unreadable->content(), std::system_error);
    expect_message(8, 5);
}

TEST_F(ProcessChannel, RefusesContentWhoseMemoryDoesNotCome) {
    message_header head;
    head.has_memory = true;
    send_raw({reinterpret_cast<const char*>(&head), sizeof head});
    ASSERT_TRUE(receive());
    EXPECT_THROW(receiver_.take(), serialization_error);
}

}  // namespace
}  // namespace eddy
