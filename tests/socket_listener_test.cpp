#include <eddy/socket_listener.hpp>

#include "support/process_fixture.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/sleep.hpp>

#include <gmock/gmock.h>

#include <vector>

namespace eddy::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using SocketListener = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, SocketListener, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> close_under_an_accept() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const endpoint at = listener.local();
    auto accepting = create_task(error_of(listener.accept()));
    co_await yield();
    listener.close();
    EXPECT_THAT(co_await accepting,
                AllOf(HasSubstr("accept (" + at.to_string() + ")"), HasSubstr("closed meanwhile")));
    listener.close();
    EXPECT_FALSE(listener.is_open());
    EXPECT_EQ(listener.local(), at) << "it still knows where it was";
}

TEST_P(SocketListener, EndsTheAcceptOfAnotherTaskWhenItIsClosed) {
    run(close_under_an_accept());
}

task<> knock_where_it_was_closed() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    listener.close();
    EXPECT_THAT(co_await error_of(tcp_stream::connect(listener.local())), HasSubstr("refused"));
}

TEST_P(SocketListener, ListensNoMoreWhenItIsClosed) {
    run(knock_where_it_was_closed());
}

// Two may ask at a time; each connection goes to one of them.
task<> accept_twice_at_once() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    auto one = create_task(listener.accept());
    auto other = create_task(listener.accept());
    co_await yield();
    const unique_handle first = connect_to(listener.local());
    const unique_handle second = connect_to(listener.local());
    const tcp_stream accepted = co_await std::move(one);
    const tcp_stream accepted_too = co_await std::move(other);
    EXPECT_FALSE(accepted.remote() == accepted_too.remote());
}

TEST_P(SocketListener, GivesEachConnectionToOneOfThoseWhoWait) {
    run(accept_twice_at_once());
}

task<> accept_what_has_waited() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    std::vector<unique_handle> clients;
    for (int i = 0; i < 20; ++i) {
        clients.push_back(connect_to(listener.local()));
        send_all(clients.back().get(), std::to_string(i) + ".");
    }
    for (int i = 0; i < 20; ++i) {
        tcp_stream next = co_await listener.accept();
        const std::string expected = std::to_string(i) + ".";
        EXPECT_EQ(co_await read_text(next, expected.size()), expected);
    }
}

TEST_P(SocketListener, AcceptsWhoKnockedBeforeAnybodyAsked) {
    run(accept_what_has_waited());
}

// Whatever moment an accept is cancelled in, the client is accepted: by it or by the next one.
task<> cancel_accepts() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    for (int turns = 0; turns < 6; ++turns) {
        auto accepting = create_task(listener.accept());
        for (int i = 0; i < turns; ++i) co_await yield();
        accepting.cancel();
        bool accepted = true;
        try {
            const tcp_stream early = co_await std::move(accepting);
        } catch (const task_cancelled&) {
            accepted = false;
        }
        EXPECT_FALSE(accepted) << "nobody has knocked yet";
        const unique_handle client = connect_to(listener.local());
        std::error_code error;
        const endpoint from = local_endpoint(client.get(), error);
        const tcp_stream late = co_await listener.accept();
        EXPECT_EQ(late.remote(), from) << turns << " turns";
    }
}

TEST_P(SocketListener, LosesNoConnectionWhenAnAcceptIsCancelled) {
    run(cancel_accepts());
}

task<> move_a_listener() {
    tcp_listener first = tcp_listener::bind(endpoint::loopback());
    tcp_listener second = std::move(first);
    EXPECT_FALSE(first.is_open());
    const unique_handle client = connect_to(second.local());
    const tcp_stream accepted = co_await second.accept();
    EXPECT_EQ(accepted.local(), second.local());
}

TEST_P(SocketListener, ListensOnWhenItIsMoved) {
    run(move_a_listener());
}

}  // namespace
}  // namespace eddy::testing
