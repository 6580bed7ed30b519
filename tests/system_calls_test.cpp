// How often sockets ask the kernel for something, which is most of what they cost.

#include "support/loop_fixture.hpp"

#include <eddy/create_task.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tcp_stream.hpp>

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

constexpr int connections = 32;
constexpr int rounds = 200;
constexpr int messages = connections * rounds * 2;  // there and back

using SystemCalls = loop_fixture;
INSTANTIATE_TEST_SUITE_P(All, SystemCalls, ::testing::ValuesIn(backend_names()), name_of_loop);

task<> answer(tcp_stream peer) {
    std::array<std::byte, 4096> buffer;
    while (const std::size_t size = co_await peer.read(buffer))
        co_await peer.write_all(std::span(buffer).first(size));
}

task<> ask(tcp_stream& server, int times) {
    std::array<std::byte, 4096> buffer{};
    for (int time = 0; time < times; ++time) {
        co_await server.write_all(std::span(buffer).first(64));
        EXPECT_EQ(co_await server.read(buffer), 64U);
    }
}

task<> ask_all(std::vector<tcp_stream>& servers, int times) {
    std::vector<task<>> asking;
    for (tcp_stream& each : servers) asking.push_back(ask(each, times));
    co_await gather(std::move(asking));
}

// What an exchange of many messages over connections that are there has cost.
task<loop_stats> cost_of_messages() {
    tcp_listener listener = tcp_listener::bind(endpoint::loopback(0));
    std::vector<tcp_stream> clients;
    for (int i = 0; i < connections; ++i) {
        clients.push_back(co_await tcp_stream::connect(listener.local()));
        tcp_stream accepted = co_await listener.accept();
        create_task(answer(std::move(accepted)));
    }
    // The first message finds out what kind of socket it goes through.
    co_await ask_all(clients, 1);
    const loop_stats before = event_loop::current()->stats();
    co_await ask_all(clients, rounds);
    loop_stats cost = event_loop::current()->stats();
    cost.turns -= before.turns;
    cost.system_calls -= before.system_calls;
    co_return cost;
}

TEST_P(SystemCalls, AreNoMoreThanAMessageNeeds) {
    const loop_stats cost = run(cost_of_messages());
    if (GetParam() == "io_uring") {
        EXPECT_LE(cost.system_calls, cost.turns) << "one for a turn, and nothing for a message";
    } else {
        EXPECT_LE(cost.system_calls, cost.turns + 2 * messages)
            << "one for a turn, and a read and a write for a message";
    }
}

}  // namespace
}  // namespace eddy::testing
