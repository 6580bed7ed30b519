#include "support/datagrams.hpp"
#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/temporary_folder.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run_process.hpp>
#include <eddy/sleep.hpp>
#include <eddy/unix_datagram.hpp>
#include <eddy/unix_listener.hpp>

#include <gmock/gmock.h>

#include <cctype>
#include <filesystem>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

static_assert(byte_stream<unix_stream>);

class UnixSocket : public process_fixture {
protected:
    std::string path(std::string_view name) const { return folder_.path(name); }
    const temporary_folder& folder() const { return folder_; }

private:
    temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(All, UnixSocket, ::testing::ValuesIn(backend_names()), name_of_loop);

task<std::string> read_to_end(unix_stream& from) {
    std::string text;
    std::byte piece[4096];
    while (const std::size_t came = co_await from.read(piece))
        text.append(reinterpret_cast<const char*>(piece), came);
    co_return text;
}

task<> answer_in_capitals(unix_listener& listener) {
    unix_stream peer = co_await listener.accept();
    std::string text = co_await read_to_end(peer);
    for (char& each : text)
        each = static_cast<char>(std::toupper(static_cast<unsigned char>(each)));
    co_await write_all(peer, std::string_view(text));
    co_await peer.close();
}

task<std::string> ask(std::string path, std::string question) {
    unix_stream server = co_await unix_stream::connect(path);
    EXPECT_EQ(server.remote().address(), path);
    co_await write_all(server, std::string_view(question));
    server.shutdown_write();
    co_return co_await read_to_end(server);
}

task<> talk(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    EXPECT_EQ(listener.local().address(), path);
    const std::string question(1'000'000, 'x');
    const auto [none, answer] = co_await gather(answer_in_capitals(listener), ask(path, question));
    EXPECT_TRUE(answer == std::string(1'000'000, 'X'));
}

TEST_P(UnixSocket, CarriesBytesBothWays) {
    run(talk(path("socket")));
}

task<std::string> error_of_connect(std::string path) {
    co_return co_await error_of(unix_stream::connect(std::move(path)));
}

TEST_P(UnixSocket, NamesThePathWhereNobodyListens) {
    EXPECT_THAT(run(error_of_connect(path("nothing"))),
                AllOf(HasSubstr("connect"), HasSubstr(path("nothing")), HasSubstr("No such file")));
}

TEST_P(UnixSocket, RefusesAPathThatIsTooLong) {
    const std::string longest = "/" + std::string(106, 'x');
    EXPECT_THAT(run(error_of_connect(longest)), HasSubstr("No such file"));
    EXPECT_THAT(run(error_of_connect(longest + "x")), HasSubstr("longer than 107 bytes"));
    const auto bind_all = [](std::string at) -> task<> {
        EXPECT_THROW(unix_listener::bind(at), std::length_error);
        EXPECT_THROW(unix_datagram::bind(at), std::length_error);
        co_return;
    };
    run(bind_all(longest + "x"));
}

task<> bind_again(std::string path) {
    {
        const unix_listener first = unix_listener::bind(path);
    }
    EXPECT_TRUE(std::filesystem::is_socket(path)) << "its file stays";
    EXPECT_THROW(unix_listener::bind(path), std::system_error) << "not asked to remove it";
    unix_listener second = unix_listener::bind(path, stale_file::remove);
    const auto [none, answer] = co_await gather(answer_in_capitals(second), ask(path, "x"));
    EXPECT_EQ(answer, "X");
    EXPECT_THROW(unix_listener::bind(path, stale_file::remove), std::system_error)
        << "the second one still listens";
    const auto [again, answer_again] = co_await gather(answer_in_capitals(second), ask(path, "y"));
    EXPECT_EQ(answer_again, "Y");
}

TEST_P(UnixSocket, RemovesAStaleSocketOnlyIfItIsAsked) {
    run(bind_again(path("socket")));
}

task<> bind_where_a_file_is(std::string path) {
    EXPECT_THROW(unix_listener::bind(path, stale_file::remove), std::system_error);
    EXPECT_THROW(unix_datagram::bind(path, stale_file::remove), std::system_error);
    co_return;
}

TEST_P(UnixSocket, RemovesNothingThatIsNoSocket) {
    folder().write("file", "precious");
    run(bind_where_a_file_is(path("file")));
    EXPECT_TRUE(std::filesystem::is_regular_file(path("file")));
}

task<> cancel_at_each_turn(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    for (int turns = 0; turns < 40; ++turns) {
        auto serving = create_task(ending_of(answer_in_capitals(listener)));
        auto asking = create_task(ending_of(ask(path, std::string(200'000, 'x'))));
        for (int i = 0; i < turns; ++i) co_await yield();
        (turns % 2 == 0 ? serving : asking).cancel();
        co_await yield();
        serving.cancel();
        asking.cancel();
        // Cancelled before it began, a task has no ending.
        for (auto* const each : {&serving, &asking}) {
            try {
                const ending how = co_await *each;
                EXPECT_NE(how, ending::timeout);
            } catch (const task_cancelled&) {
                EXPECT_EQ(turns, 0);
            }
        }
    }
}

TEST_P(UnixSocket, LeavesNothingWheneverItsTasksAreCancelled) {
    run(cancel_at_each_turn(path("socket")));
}

task<> close_under_an_accept(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    auto accepting = create_task(error_of(listener.accept()));
    co_await yield();
    listener.close();
    EXPECT_THAT(co_await accepting, AllOf(HasSubstr("accept"), HasSubstr(path)));
}

TEST_P(UnixSocket, EndsTheAcceptOfAnotherTaskWhenItIsClosed) {
    run(close_under_an_accept(path("socket")));
}

task<> exchange_datagrams(std::string one_path, std::string other_path) {
    unix_datagram one = unix_datagram::bind(one_path);
    unix_datagram other = unix_datagram::bind(other_path);
    co_await one.send_to(bytes_of("question"), other.local());
    const datagram question = co_await receive_from(other, 4);
    EXPECT_EQ(question.text, "ques");
    EXPECT_TRUE(question.about.truncated);
    EXPECT_EQ(question.about.from.address(), one_path);
    co_await other.send_to(bytes_of("answer"), question.about.from);
    EXPECT_EQ((co_await receive_from(one)).text, "answer");

    unix_datagram nameless = unix_datagram::open();
    co_await nameless.connect(other_path);
    co_await nameless.send(bytes_of("hello"));
    const datagram greeting = co_await receive_from(other);
    EXPECT_EQ(greeting.text, "hello");
    EXPECT_EQ(greeting.about.from, endpoint()) << "nobody can answer it";
}

TEST_P(UnixSocket, CarriesDatagrams) {
    run(exchange_datagrams(path("one"), path("other")));
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

TEST_P(UnixSocket, LosesNoDatagramWhenTheReceiverIsSlow) {
    run(send_more_than_there_is_room_for(path("socket")));
}

constexpr const char* python_client = R"(
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
s.sendall(b"question")
s.shutdown(socket.SHUT_WR)
print(s.recv(100).decode(), end="")
)";

task<> serve_python(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    const auto [none, python] = co_await gather(
        answer_in_capitals(listener), run_process(command("python3", "-c", python_client, path)));
    EXPECT_EQ(python.output, "QUESTION") << python.error;
}

TEST_P(UnixSocket, SpeaksWithPython) {
    run(serve_python(path("socket")));
}

}  // namespace
}  // namespace eddy::testing
