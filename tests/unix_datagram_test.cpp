#include <eddy/unix_datagram.hpp>

#include "support/datagrams.hpp"
#include "support/local_sockets.hpp"
#include "support/sockets.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/socket.hpp>

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include <sys/socket.h>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

using UnixDatagram = local_socket_fixture;
INSTANTIATE_TEST_SUITE_P(All, UnixDatagram, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> exchange(std::string one_path, std::string other_path) {
    unix_datagram one = unix_datagram::bind(one_path);
    unix_datagram other = unix_datagram::bind(other_path);
    co_await one.send_to(bytes_of("question"), other.local());
    const datagram question = co_await receive_from(other, 4);
    EXPECT_EQ(question.text, "ques");
    EXPECT_TRUE(question.about.truncated);
    EXPECT_EQ(question.about.from.address(), one_path);
    co_await other.send_to(bytes_of("answer"), question.about.from);
    EXPECT_EQ((co_await receive_from(one)).text, "answer");
}

TEST_P(UnixDatagram, SendsAndTellsWhoSent) {
    run(exchange(path("one"), path("other")));
}

task<> send_without_an_address(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    unix_datagram nameless = unix_datagram::open();
    co_await nameless.connect(path);
    EXPECT_EQ(nameless.remote(), endpoint::local(path));
    co_await nameless.send(bytes_of("hello"));
    const datagram greeting = co_await receive_from(receiver);
    EXPECT_EQ(greeting.text, "hello");
    EXPECT_EQ(greeting.about.from, endpoint()) << "nobody can answer it";
}

TEST_P(UnixDatagram, NeedsNoAddressToSend) {
    run(send_without_an_address(path("socket")));
}

task<> send_many(std::string path) {
    unix_datagram sender = unix_datagram::open();
    co_await sender.connect(path);
    for (int i = 0; i < 2000; ++i) co_await sender.send(bytes_of(std::to_string(i)));
}

task<> receive_many(unix_datagram& receiver) {
    for (int i = 0; i < 2000; ++i)
        EXPECT_EQ((co_await receive_from(receiver)).text, std::to_string(i));
}

task<> send_more_than_there_is_room_for(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    co_await gather(send_many(path), receive_many(receiver));
}

TEST_P(UnixDatagram, LosesNothingWhenTheReceiverIsSlow) {
    run(send_more_than_there_is_room_for(path("socket")));
}

task<> send_many_unconnected(std::string path) {
    unix_datagram sender = unix_datagram::open();
    for (int i = 0; i < 500; ++i)
        co_await sender.send_to(bytes_of(std::to_string(i)), endpoint::local(path));
}

task<> receive_twice_as_many(unix_datagram& receiver) {
    int sum = 0;
    for (int i = 0; i < 1000; ++i) sum += std::stoi((co_await receive_from(receiver)).text);
    EXPECT_EQ(sum, 500 * 499);
}

// The room of one sender is taken by the datagrams of another one.
task<> send_from_two_to_one(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    co_await gather(send_many_unconnected(path), send_many_unconnected(path),
                    receive_twice_as_many(receiver));
}

TEST_P(UnixDatagram, LosesNothingOfSendersWithoutAConnection) {
    run(send_from_two_to_one(path("socket")));
}

// Sends until there is no room left; gives how many that were.
int fill(const std::string& path) {
    std::error_code error;
    const unique_handle sender = open_socket(address_family::local, socket_type::datagram, error);
    EXPECT_FALSE(error);
    const endpoint at = endpoint::local(path);
    const auto* const address = reinterpret_cast<const sockaddr*>(at.native().data());
    const auto size = static_cast<socklen_t>(at.native().size());
    int count = 0;
    while (::sendto(sender.get(), "fill", 4, MSG_DONTWAIT, address, size) == 4) ++count;
    EXPECT_GT(count, 0);
    return count;
}

task<> send_one(std::string path, std::string text) {
    unix_datagram sender = unix_datagram::open();
    co_await sender.send_to(bytes_of(text), endpoint::local(path));
}

task<> leave_a_sender_waiting(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    const int before = fill(path);
    auto sending = create_task(send_one(path, "patience"));
    for (int i = 0; i < 10; ++i) co_await yield();
    const std::uint64_t turns = event_loop::current()->stats().turns;
    co_await sleep(20ms);
    EXPECT_LT(event_loop::current()->stats().turns, turns + 10) << "it asks again and again";
    EXPECT_FALSE(sending.done());
    for (int i = 0; i < before; ++i) EXPECT_EQ((co_await receive_from(receiver)).text, "fill");
    EXPECT_EQ((co_await receive_from(receiver)).text, "patience");
    co_await std::move(sending);
}

TEST_P(UnixDatagram, SleepsUntilAFullReceiverHasRoom) {
    run(leave_a_sender_waiting(path("socket")));
}

// Takes datagrams of one sender only, and not much faster than they come.
class connected_receiver {
public:
    connected_receiver(const std::string& own, const std::string& sender)
        : socket_(open_bound_and_connected(own, sender)), taking_([this] {
              while (!receive_some(socket_.get(), 2000).empty()) {
                  for (int i = 0; i < 3'000; ++i) busy_with_.fetch_add(1);
              }
          }) {}
    connected_receiver(const connected_receiver&) = delete;
    connected_receiver& operator=(const connected_receiver&) = delete;
    ~connected_receiver() {
        ::shutdown(socket_.get(), SHUT_RDWR);
        taking_.join();
    }

private:
    static unique_handle open_bound_and_connected(const std::string& own,
                                                  const std::string& sender) {
        std::error_code error;
        unique_handle made = open_socket(address_family::local, socket_type::datagram, error);
        EXPECT_FALSE(error);
        EXPECT_FALSE(bind_socket(made.get(), endpoint::local(own)));
        const endpoint at = endpoint::local(sender);
        const auto* const address = reinterpret_cast<const sockaddr*>(at.native().data());
        EXPECT_EQ(::connect(made.get(), address, static_cast<socklen_t>(at.native().size())), 0);
        return made;
    }

    unique_handle socket_;
    std::atomic<int> busy_with_ = 0;
    std::thread taking_;
};

task<> answer_a_client(std::string service, std::string client) {
    unix_datagram sender = unix_datagram::bind(service);
    const connected_receiver receiver(client, service);
    const std::string text(1000, 'x');
    for (int i = 0; i < 50'000; ++i)
        co_await sender.send_to(bytes_of(text), endpoint::local(client));
}

// There is no lack of room at its end but at ours: nobody else may connect to it to ask.
TEST_P(UnixDatagram, WaitsForRoomOnTheWayToAClientThatIsConnected) {
    run(answer_a_client(path("service"), path("client")));
}

task<> send_while_another_has_a_large_one(std::string slow, std::string path) {
    unix_datagram slow_receiver = unix_datagram::bind(slow);
    unix_datagram receiver = unix_datagram::bind(path);
    unix_datagram sender = unix_datagram::open();
    co_await sender.send_to(bytes_of(std::string(100'000, 'x')), slow_receiver.local());
    const int before = fill(path);
    auto sending = create_task(sender.send_to(bytes_of("one more"), receiver.local()));
    for (int i = 0; i < 10; ++i) co_await yield();
    for (int i = 0; i < before; ++i) co_await receive_from(receiver);
    EXPECT_EQ((co_await receive_from(receiver)).text, "one more");
    co_await sending;
}

// Its socket is more than half full of what somebody else has not read.
TEST_P(UnixDatagram, SendsToOneThoughAnotherDoesNotRead) {
    run(send_while_another_has_a_large_one(path("slow"), path("socket")));
}

task<> close_a_full_receiver(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    fill(path);
    auto sending = create_task(error_of(send_one(path, "too late")));
    for (int i = 0; i < 10; ++i) co_await yield();
    receiver.close();
    EXPECT_THAT(co_await std::move(sending),
                AllOf(HasSubstr("send to (" + path), HasSubstr("refused")));
}

TEST_P(UnixDatagram, TellsWhoWaitsForRoomThatTheReceiverIsGone) {
    run(close_a_full_receiver(path("socket")));
}

task<> give_up_on_a_full_receiver(std::string path) {
    unix_datagram receiver = unix_datagram::bind(path);
    const int before = fill(path);
    auto sending = create_task(send_one(path, "never"));
    for (int i = 0; i < 10; ++i) co_await yield();
    sending.cancel();
    while (!sending.done()) co_await yield();
    EXPECT_TRUE(sending.cancelled());
    for (int i = 0; i < before; ++i) co_await receive_from(receiver);
    co_await send_one(path, "afterwards");
    EXPECT_EQ((co_await receive_from(receiver)).text, "afterwards");
}

TEST_P(UnixDatagram, CanBeCancelledWhileItWaitsForRoom) {
    run(give_up_on_a_full_receiver(path("socket")));
}

task<> bind_and_close(std::string path) {
    unix_datagram socket = unix_datagram::bind(path);
    socket.close();
    EXPECT_TRUE(std::filesystem::is_socket(path)) << "its file stays";
    co_return;
}

task<> send_to_nobody(std::string path) {
    unix_datagram sender = unix_datagram::open();
    co_await sender.send_to(bytes_of("hello?"), endpoint::local(path));
}

TEST_P(UnixDatagram, NamesThePathWhereNobodyReceives) {
    run(bind_and_close(path("left")));
    EXPECT_THAT(run(error_of(send_to_nobody(path("left")))),
                AllOf(HasSubstr("send to (" + path("left")), HasSubstr("refused")));
    EXPECT_THAT(run(error_of(send_to_nobody(path("nothing")))),
                AllOf(HasSubstr("send to (" + path("nothing")), HasSubstr("No such file")));
}

task<> bind_anything(std::string path) {
    unix_datagram::bind(path);
    co_return;
}

TEST_P(UnixDatagram, RefusesAPathThatIsTooLong) {
    EXPECT_THAT(run(error_of(bind_anything("/" + std::string(107, 'x')))),
                HasSubstr("longer than 107 bytes"));
}

}  // namespace
}  // namespace eddy::testing
