#include <eddy/tcp_stream.hpp>

#include "support/cancel_sweep.hpp"
#include "support/ending.hpp"
#include "support/process_fixture.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using TcpStream = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, TcpStream, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> look_at_both_ends() {
    const auto [near, far] = co_await connect_tcp();
    EXPECT_TRUE(near.is_open());
    EXPECT_EQ(near.remote(), far.local());
    EXPECT_EQ(near.local(), far.remote());
    EXPECT_FALSE(waits_to_fill_a_segment(near.native()));
    EXPECT_FALSE(waits_to_fill_a_segment(far.native())) << "also on the side that accepted";
}

TEST_P(TcpStream, ConnectsBothEndsWithoutNaglesAlgorithm) {
    run(look_at_both_ends());
}

task<> write_and_close(tcp_stream& to, const std::string& text) {
    co_await write_all(to, std::string_view(text));
    co_await to.close();
}

task<> pass_on_a_large_text() {
    auto [near, far] = co_await connect_tcp();
    std::string text(5'000'000, ' ');
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 23);
    const auto [none, came] = co_await gather(write_and_close(near, text), read_text(far));
    EXPECT_TRUE(came == text) << came.size() << " bytes";
}

TEST_P(TcpStream, CarriesBytesInOrderUntilItIsClosed) {
    run(pass_on_a_large_text());
}

task<> connect_to_nobody() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const endpoint at = listener.local();
    listener.close();
    std::string error;
    try {
        co_await tcp_stream::connect(at);
    } catch (const std::system_error& failure) {
        EXPECT_EQ(failure.code(), std::errc::connection_refused);
        error = failure.what();
    }
    EXPECT_THAT(error, HasSubstr("connect (" + at.to_string() + ")"));
}

TEST_P(TcpStream, NamesWhomItCannotConnectTo) {
    run(connect_to_nobody());
}

task<> connect_to_nowhere() {
    co_await tcp_stream::connect(endpoint());
}

TEST_P(TcpStream, RefusesAnEndpointThatIsEmpty) {
    EXPECT_THAT(run(error_of(connect_to_nowhere())),
                AllOf(HasSubstr("open a socket to connect"), HasSubstr("unknown")));
}

task<> adopt_one_end() {
    socket_pair pair = open_tcp_pair();
    std::error_code error;
    const endpoint peer = remote_endpoint(pair.one.get(), error);
    tcp_stream adopted = tcp_stream::adopt(std::move(pair.one), peer);
    EXPECT_EQ(adopted.remote(), peer);
    EXPECT_FALSE(waits_to_fill_a_segment(adopted.native()));
    co_await write_all(adopted, std::string_view("adopted"));
    EXPECT_EQ(receive_some(pair.other.get()), "adopted");
    co_await adopted.close();
    EXPECT_TRUE(ends_soon(pair.other.get()));
}

TEST_P(TcpStream, TakesOverASocketThatIsConnected) {
    run(adopt_one_end());
}

task<> cancel_connects() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    for (int turns = 1; turns < 6; ++turns) {
        auto connecting = create_task(ending_of(tcp_stream::connect(listener.local())));
        for (int i = 0; i < turns; ++i) co_await yield();
        connecting.cancel();
        const ending how = co_await std::move(connecting);
        EXPECT_TRUE(how == ending::value || how == ending::cancelled) << how;
    }
}

TEST_P(TcpStream, LeavesNothingWheneverAConnectIsCancelled) {
    run(cancel_connects());
}

struct meeting {
    // Set, too, when nobody comes to open it.
    struct opening {
        ~opening() { of.open.set(); }
        meeting& of;
    };

    event open;
    endpoint at;
    std::vector<std::string> heard;
};

task<> listen_to_all(tcp_listener& door, meeting& at) {
    for (;;) {
        tcp_stream peer = co_await door.accept();
        at.heard.push_back(co_await read_text(peer));
    }
}

task<> receive_guests(std::shared_ptr<meeting> at) {
    const meeting::opening opened{*at};
    co_await yield();
    tcp_listener door = tcp_listener::bind(endpoint::loopback());
    at->at = door.local();
    at->open.set();
    co_await move_on_after(std::chrono::seconds(1), listen_to_all(door, *at));
}

task<> say_hello(std::shared_ptr<meeting> where) {
    co_await where->open.wait();
    if (where->at == endpoint()) co_return;
    try {
        tcp_stream stream = co_await tcp_stream::connect(where->at);
        co_await write_all(stream, std::string_view("hello"));
    } catch (const std::system_error& error) {
        // The one who listens may have been cancelled.
        EXPECT_TRUE(error.code() == std::errc::connection_refused ||
                    error.code() == std::errc::broken_pipe)
            << error.what();
    }
}

TEST(TcpStreamConnect, LeavesNoSocketWhoeverIsCancelledWhenever) {
    sweep([](simulated_backend&) {
        const auto shared = std::make_shared<meeting>();
        scenario made;
        made.tasks.push_back(receive_guests(shared));
        made.tasks.push_back(say_hello(shared));
        made.tasks.push_back(say_hello(shared));
        made.victims = 3;
        made.check = [shared] {
            for (const std::string& each : shared->heard)
                EXPECT_TRUE(std::string_view("hello").starts_with(each)) << each;
        };
        return made;
    });
}

}  // namespace
}  // namespace eddy::testing
