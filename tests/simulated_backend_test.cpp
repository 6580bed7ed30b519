#include "support/simulated_backend.hpp"

#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/transfer.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/sleep.hpp>

#include <gtest/gtest.h>

#include <string>

// The tests stand on the simulation, so it is tested like the library.
namespace eddy::testing {
namespace {

using namespace std::chrono_literals;

task<> note_receives(native_handle from, std::string& story, char name) {
    for (;;) {
        std::byte piece[32];
        const std::size_t count = co_await receive(from, piece);
        if (count == 0) co_return;
        story.append(1, name).append(std::to_string(count)).append(" ");
    }
}

task<> send_and_end(native_handle to) {
    co_await send_text(to, std::string(200, 'x'));
    simulation().network().shut_down(to, event_loop::current()->kernel().now());
}

task<std::string> tell_story() {
    std::string story;
    const auto [one, other] = simulation().network().open_pair();
    const auto [three, four] = simulation().network().open_pair();
    co_await gather(note_receives(one.get(), story, 'a'), note_receives(three.get(), story, 'b'),
                    send_and_end(other.get()), send_and_end(four.get()));
    co_return story;
}

TEST(SimulatedBackend, GivesTheSameRunForTheSameSeed) {
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        EXPECT_EQ(simulate(tell_story(), seed), simulate(tell_story(), seed));
    }
}

TEST(SimulatedBackend, GivesAnotherRunForAnotherSeed) {
    EXPECT_NE(simulate(tell_story(), 1), simulate(tell_story(), 2));
}

task<> wait_for_ever() {
    event never;
    co_await never.wait();
}

task<> read_what_nobody_sends() {
    const auto [one, other] = simulation().network().open_pair();
    std::byte byte[1];
    co_await receive(one.get(), byte);
}

TEST(SimulatedBackend, FailsInsteadOfHanging) {
    EXPECT_THROW(simulate(wait_for_ever()), simulation_stuck);
    EXPECT_THROW(simulate(read_what_nobody_sends()), simulation_stuck);
}

TEST(SimulatedBackend, DoesNotSleepOverAWake) {
    simulated_backend kernel(1);
    operation_list completed;
    const time_point before = kernel.now();
    kernel.wake();
    kernel.poll(std::nullopt, completed);
    EXPECT_EQ(kernel.now(), before);
    kernel.poll(1h, completed);
    EXPECT_EQ(kernel.now(), before + 1h);
}

// Sends until the bytes no longer go anywhere.
task<> send_for_ever(native_handle to, std::size_t& total) {
    for (;;) {
        std::byte bytes[512]{};
        total += co_await send(to, bytes);
    }
}

task<> fill_window() {
    const auto [one, other] = simulation().network().open_pair();
    std::size_t sent = 0;
    create_task(send_for_ever(other.get(), sent));
    co_await sleep(1s);
    EXPECT_EQ(sent, simulated_network::window);
    EXPECT_EQ(simulation().network().unread(one.get()), simulated_network::window);
}

TEST(SimulatedNetwork, LetsAWriterBeNoMoreThanItsWindowAheadOfTheReader) {
    simulate(fill_window());
}

class connecting final : public io_awaiter {
public:
    connecting(native_handle socket, endpoint& to) noexcept
        : io_awaiter(opcode::connect, socket, &to) {
        peer = &to;
    }
};

class accepting final : public io_awaiter {
public:
    accepting(native_handle listener, endpoint& client) noexcept
        : io_awaiter(opcode::accept, listener) {
        peer = &client;
    }
};

task<> connect_to(native_handle socket, endpoint to) {
    co_await connecting(socket, to);
}

task<> accept_and_talk() {
    simulated_network& network = simulation().network();
    const endpoint at = endpoint::loopback(80);
    const unique_handle listener = network.open_listener(at);
    const unique_handle client = network.open_socket();
    endpoint who;
    co_await connect_to(client.get(), at);
    const auto number = co_await accepting(listener.get(), who);
    const unique_handle server(static_cast<native_handle>(number));
    EXPECT_EQ(who.address(), "127.0.0.1");

    std::string text;
    co_await gather(receive_text(client.get(), text), send_and_end(server.get()));
    EXPECT_EQ(text, std::string(200, 'x'));
}

TEST(SimulatedNetwork, AcceptsConnectionsAtAnEndpoint) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) simulate(accept_and_talk(), seed);
}

task<> accept_connection(native_handle listener) {
    endpoint who;
    const auto number = co_await accepting(listener, who);
    const unique_handle server(static_cast<native_handle>(number));
}

task<> refuse_one_accept() {
    simulated_network& network = simulation().network();
    const endpoint at = endpoint::loopback(80);
    const unique_handle listener = network.open_listener(at);
    const unique_handle client = network.open_socket();
    network.refuse_next_accept(listener.get(), std::errc::too_many_files_open);
    EXPECT_EQ(co_await ending_of(accept_connection(listener.get())), ending::failure);
    co_await connect_to(client.get(), at);
    EXPECT_EQ(co_await ending_of(accept_connection(listener.get())), ending::value);
}

TEST(SimulatedNetwork, RefusesAnAcceptWhenItIsTold) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) simulate(refuse_one_accept(), seed);
}

task<> connect_to_nobody() {
    const unique_handle client = simulation().network().open_socket();
    EXPECT_EQ(co_await ending_of(connect_to(client.get(), endpoint::loopback(80))),
              ending::failure);
}

TEST(SimulatedNetwork, RefusesAConnectionWhereNobodyListens) {
    simulate(connect_to_nobody());
}

task<> break_connection() {
    const auto [one, other] = simulation().network().open_pair();
    co_await send_text(other.get(), "lost");
    simulation().network().reset(other.get());
    std::string text;
    EXPECT_EQ(co_await ending_of(receive_text(one.get(), text)), ending::failure);
    EXPECT_EQ(text, "");
}

TEST(SimulatedNetwork, BreaksAConnection) {
    simulate(break_connection());
}

task<> drop_an_end() {
    auto [one, other] = simulation().network().open_pair();
    other.reset();
    std::string text;
    co_await receive_text(one.get(), text);
    EXPECT_EQ(simulation().network().open_handles(), 1U);
}

TEST(SimulatedNetwork, EndsTheStreamOfAnEndThatWasDroppedWithoutAWord) {
    simulate(drop_an_end());
}

TEST(SimulatedNetwork, UsesTheNumberOfAClosedHandleAgain) {
    simulated_backend kernel(1);
    simulated_network& network = kernel.network();
    unique_handle first = network.open_socket();
    const native_handle number = first.get();
    first.reset();
    const unique_handle second = network.open_socket();
    EXPECT_EQ(second.get(), number);
    EXPECT_EQ(network.open_handles(), 1U);
}

}  // namespace
}  // namespace eddy::testing
