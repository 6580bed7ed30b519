#include <eddy/tcp_listener.hpp>

#include "support/process_fixture.hpp"
#include "support/sockets.hpp"
#include "support/streams.hpp"

#include <gmock/gmock.h>

namespace eddy::testing {
namespace {

using ::testing::HasSubstr;

using TcpListener = process_fixture;
INSTANTIATE_TEST_SUITE_P(All, TcpListener, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> listen_twice() {
    const tcp_listener one = tcp_listener::bind(endpoint::loopback());
    const tcp_listener other = tcp_listener::bind(endpoint::loopback());
    EXPECT_EQ(one.local().address(), "127.0.0.1");
    EXPECT_NE(one.local().port(), 0);
    EXPECT_NE(one.local().port(), other.local().port());
    co_return;
}

TEST_P(TcpListener, TellsThePortThatTheSystemChose) {
    run(listen_twice());
}

task<> know_the_client() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const unique_handle client = connect_to(listener.local());
    const tcp_stream accepted = co_await listener.accept();
    std::error_code error;
    EXPECT_EQ(accepted.remote(), local_endpoint(client.get(), error));
    EXPECT_EQ(accepted.local(), listener.local());
}

TEST_P(TcpListener, TellsWhereAConnectionComesFrom) {
    run(know_the_client());
}

task<> listen_where_another_one_does() {
    const tcp_listener first = tcp_listener::bind(endpoint::loopback());
    try {
        tcp_listener::bind(first.local());
        ADD_FAILURE() << "two listeners have one address";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
        EXPECT_THAT(error.what(), HasSubstr("(" + first.local().to_string() + ")"));
    }
    co_return;
}

TEST_P(TcpListener, NamesTheAddressThatItCannotHave) {
    run(listen_where_another_one_does());
}

// The side that closes first keeps the address busy for a while, in the state TIME_WAIT.
task<> restart() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback());
    const endpoint at = listener.local();
    unique_handle client = connect_to(at);
    tcp_stream accepted = co_await listener.accept();
    co_await accepted.close();
    EXPECT_EQ(receive_some(client.get()), "");
    client.reset();
    listener.close();
    tcp_listener again = tcp_listener::bind(at);
    const unique_handle next = connect_to(at);
    const tcp_stream another = co_await again.accept();
    EXPECT_EQ(another.local(), at);
}

TEST_P(TcpListener, ListensAtTheSameAddressAtOnceAfterARestart) {
    run(restart());
}

}  // namespace
}  // namespace eddy::testing
