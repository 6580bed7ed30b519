#include <eddy/unix_stream.hpp>

#include "support/ending.hpp"
#include "support/local_sockets.hpp"
#include "support/sockets.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using UnixStream = local_socket_fixture;
INSTANTIATE_TEST_SUITE_P(All, UnixStream, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> talk(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    const std::string question(1'000'000, 'x');
    const auto [none, answer] = co_await gather(answer_in_capitals(listener), ask(path, question));
    EXPECT_TRUE(answer == std::string(1'000'000, 'X'));
}

TEST_P(UnixStream, CarriesBytesBothWays) {
    run(talk(path("socket")));
}

task<> look_at_both_ends(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    const unix_stream client = co_await unix_stream::connect(path);
    const unix_stream server = co_await listener.accept();
    EXPECT_EQ(client.remote(), endpoint::local(path));
    EXPECT_EQ(server.remote(), endpoint::local(path)) << "the other side has no path";
    EXPECT_EQ(server.local(), endpoint::local(path));
}

TEST_P(UnixStream, KnowsThePathThatItConnectedTo) {
    run(look_at_both_ends(path("socket")));
}

task<std::string> error_of_connect(std::string path) {
    co_return co_await error_of(unix_stream::connect(std::move(path)));
}

TEST_P(UnixStream, NamesThePathWhereNothingIs) {
    EXPECT_THAT(run(error_of_connect(path("nothing"))),
                AllOf(HasSubstr("connect"), HasSubstr(path("nothing")), HasSubstr("No such file")));
}

task<std::string> error_of_connect_to_what_was_closed(std::string path) {
    unix_listener listener = unix_listener::bind(path);
    listener.close();
    co_return co_await error_of(unix_stream::connect(path));
}

TEST_P(UnixStream, NamesThePathWhereNobodyListensAnyMore) {
    EXPECT_THAT(run(error_of_connect_to_what_was_closed(path("socket"))),
                AllOf(HasSubstr("connect"), HasSubstr(path("socket")), HasSubstr("refused")));
}

TEST_P(UnixStream, RefusesAPathThatIsTooLong) {
    const std::string longest = "/" + std::string(106, 'x');
    EXPECT_THAT(run(error_of_connect(longest)), HasSubstr("No such file"));
    EXPECT_THAT(run(error_of_connect(longest + "x")), HasSubstr("longer than 107 bytes"));
}

task<> adopt_a_pair() {
    socket_pair pair = open_pair();
    unix_stream one = unix_stream::adopt(std::move(pair.one), endpoint::local("/made/up"));
    EXPECT_EQ(one.remote(), endpoint::local("/made/up"));
    co_await write_all(one, std::string_view("adopted"));
    EXPECT_EQ(receive_some(pair.other.get()), "adopted");
    send_all(pair.other.get(), "and back");
    EXPECT_EQ(co_await read_text(one, 8), "and back");
}

TEST_P(UnixStream, TakesOverASocketThatIsConnected) {
    run(adopt_a_pair());
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

TEST_P(UnixStream, LeavesNothingWheneverItsTasksAreCancelled) {
    run(cancel_at_each_turn(path("socket")));
}

}  // namespace
}  // namespace eddy::testing
