#include <eddy/unix_datagram.hpp>

#include "support/datagrams.hpp"
#include "support/local_sockets.hpp"

#include <eddy/gather.hpp>

#include <gmock/gmock.h>

#include <filesystem>

namespace eddy::testing {
namespace {

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
