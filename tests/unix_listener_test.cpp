#include <eddy/unix_listener.hpp>

#include "support/local_sockets.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/run_process.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <filesystem>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using UnixListener = local_socket_fixture;
INSTANTIATE_TEST_SUITE_P(All, UnixListener, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> make_and_close(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    EXPECT_EQ(listener.local(), endpoint::local(path));
    EXPECT_TRUE(std::filesystem::is_socket(path));
    listener.close();
    EXPECT_TRUE(std::filesystem::is_socket(path)) << "it may belong to the next one by then";
    co_return;
}

TEST_P(UnixListener, MakesAFileThatStaysWhenItIsClosed) {
    run(make_and_close(path("socket")));
}

task<> bind_anything(std::string path) {
    unix_listener::bind(path);
    co_return;
}

TEST_P(UnixListener, NamesThePathThatItCannotHave) {
    EXPECT_THAT(run(error_of(bind_anything(path("no folder/socket")))),
                AllOf(HasSubstr("bind"), HasSubstr("no folder/socket"), HasSubstr("No such file")));
}

TEST_P(UnixListener, RefusesAPathThatIsTooLong) {
    EXPECT_THAT(run(error_of(bind_anything("/" + std::string(107, 'x')))),
                HasSubstr("longer than 107 bytes"));
}

task<> serve_one_after_the_other(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    const auto [first, answer] = co_await gather(answer_in_capitals(listener), ask(path, "x"));
    EXPECT_EQ(answer, "X");
    const auto [second, another] = co_await gather(answer_in_capitals(listener), ask(path, "y"));
    EXPECT_EQ(another, "Y");
}

TEST_P(UnixListener, AcceptsOneConnectionAfterTheOther) {
    run(serve_one_after_the_other(path("socket")));
}

task<> close_under_an_accept(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    auto accepting = create_task(error_of(listener.accept()));
    co_await yield();
    listener.close();
    EXPECT_THAT(co_await accepting, AllOf(HasSubstr("accept"), HasSubstr(path)));
}

TEST_P(UnixListener, EndsTheAcceptOfAnotherTaskWhenItIsClosed) {
    run(close_under_an_accept(path("socket")));
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

TEST_P(UnixListener, SpeaksWithPython) {
    run(serve_python(path("socket")));
}

}  // namespace
}  // namespace eddy::testing
