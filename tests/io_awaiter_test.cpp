#include <eddy/io_awaiter.hpp>

#include "support/cancel_sweep.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/sockets.hpp"
#include "support/transfer.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <tuple>

namespace eddy::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

std::string some_text(std::size_t size) {
    std::string text(size, ' ');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i % 26);
    return text;
}

task<> send_and_close(unique_handle to, std::string text) {
    co_await send_text(to.get(), std::move(text));
    event_loop::current()->kernel().detach(to.get());
}

task<std::string> pass_text(std::size_t size) {
    auto [one, other] = simulation().network().open_pair();
    std::string received;
    co_await gather(receive_text(one.get(), received),
                    send_and_close(std::move(other), some_text(size)));
    co_return received;
}

TEST(IoAwaiter, MovesBytesWhateverTheAccidents) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        EXPECT_EQ(simulate(pass_text(10'000), seed), some_text(10'000)) << "seed " << seed;
    }
}

task<> wait_for_bytes(native_handle from) {
    std::byte bytes[4];
    co_await receive(from, bytes);
}

task<> cancel_read() {
    const auto [one, other] = simulation().network().open_pair();
    task_handle<ending> reader = create_task(ending_of(wait_for_bytes(one.get())));
    co_await sleep(1s);
    EXPECT_EQ(simulation().in_flight(), 1U);
    reader.cancel();
    EXPECT_FALSE(reader.done()) << "the kernel still has the buffer";
    EXPECT_EQ(co_await reader, ending::cancelled);
    EXPECT_EQ(simulation().in_flight(), 0U);
}

TEST(IoAwaiter, EndsAReadThatIsCancelled) {
    for (std::uint64_t seed = 0; seed < 10; ++seed) simulate(cancel_read(), seed);
}

task<> time_out_read() {
    const auto [one, other] = simulation().network().open_pair();
    const time_point start = event_loop::current()->kernel().now();
    EXPECT_EQ(co_await ending_of(with_timeout(1s, wait_for_bytes(one.get()))), ending::timeout);
    EXPECT_EQ(elapsed_since(start), 1s);
}

TEST(IoAwaiter, EndsAReadWhoseTimeIsOver) {
    simulate(time_out_read());
}

task<std::string> error_of_read(native_handle from) {
    try {
        co_await wait_for_bytes(from);
    } catch (const std::system_error& error) {
        co_return error.what();
    }
    co_return "no error";
}

task<> close_under_a_reader() {
    auto [one, other] = simulation().network().open_pair();
    task_handle<std::string> reader = create_task(error_of_read(one.get()));
    co_await sleep(1s);
    event_loop::current()->kernel().detach(one.get());
    one.reset();
    const std::string error = co_await reader;
    EXPECT_THAT(error, HasSubstr("receive"));
    EXPECT_THAT(error, HasSubstr("closed meanwhile"));
}

TEST(IoAwaiter, ThrowsASystemErrorAndNotCancelledWhenTheHandleIsClosedUnderIt) {
    simulate(close_under_a_reader());
}

class named_receive final : public io_awaiter {
public:
    named_receive(native_handle from, const endpoint& remote) noexcept
        : io_awaiter(opcode::receive, from, &remote) {}
};

task<std::string> error_with_peer() {
    const auto [one, other] = simulation().network().open_pair();
    simulation().network().reset(other.get());
    const endpoint remote = endpoint::loopback(4711);
    try {
        co_await named_receive(one.get(), remote);
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::connection_reset);
        co_return error.what();
    }
    co_return "no error";
}

TEST(IoAwaiter, NamesTheVerbAndThePeerInItsErrors) {
    const std::string error = simulate(error_with_peer());
    EXPECT_THAT(error, HasSubstr("receive"));
    EXPECT_THAT(error, HasSubstr("127.0.0.1:4711"));
}

task<> stop_after_turns(int turns, bool& stop) {
    for (int i = 0; i < turns; ++i) co_await yield();
    stop = true;
}

// One whose operations always finish at once must not keep the loop for itself.
task<> write_without_waiting(native_handle to) {
    std::byte byte[1]{};
    bool others_ran = false;
    create_task(stop_after_turns(1, others_ran));
    for (int i = 0; i < 1000 && !others_ran; ++i) co_await send(to, byte);
    EXPECT_TRUE(others_ran);
}

TEST(IoAwaiter, GivesWayAfterManyOperationsThatFinishAtOnce) {
    const socket_pair pair = open_pair();
    event_loop loop;
    ASSERT_EQ(loop.kernel().attach(pair.one.get()), std::error_code());
    loop.run_until_complete(write_without_waiting(pair.one.get()));
    loop.kernel().detach(pair.one.get());
}

task<> echo(native_handle peer, int times) {
    std::byte bytes[64];
    for (int i = 0; i < times; ++i) {
        const std::size_t count = co_await receive(peer, bytes);
        co_await send(peer, std::span(bytes, count));
    }
}

task<> ask(native_handle peer, int times) {
    for (int i = 0; i < times; ++i) {
        std::byte question[1] = {std::byte(i)};
        std::byte answer[1];
        co_await send(peer, question);
        co_await receive(peer, answer);
        EXPECT_EQ(answer[0], question[0]);
    }
}

TEST(IoAwaiter, GoesThereAndBackOverRealSockets) {
    const socket_pair pair = open_pair();
    event_loop loop;
    for (const unique_handle* const each : {&pair.one, &pair.other}) {
        ASSERT_EQ(loop.kernel().attach(each->get()), std::error_code());
    }
    loop.run_until_complete(to_task(
        [](native_handle one, native_handle other) -> task<> {
            co_await gather(echo(one, 1000), ask(other, 1000));
        },
        pair.one.get(), pair.other.get()));
    for (const unique_handle* const each : {&pair.one, &pair.other}) {
        loop.kernel().detach(each->get());
    }
}

task<> cancel_a_real_read(native_handle from) {
    task_handle<ending> reader = create_task(ending_of(wait_for_bytes(from)));
    co_await yield();
    reader.cancel();
    EXPECT_EQ(co_await reader, ending::cancelled);
}

TEST(IoAwaiter, EndsARealReadThatIsCancelled) {
    const socket_pair pair = open_pair();
    event_loop loop;
    ASSERT_EQ(loop.kernel().attach(pair.one.get()), std::error_code());
    loop.run_until_complete(cancel_a_real_read(pair.one.get()));
    loop.kernel().detach(pair.one.get());
}

// Sweeps ------------------------------------------------------------------------------------------

struct conversation {
    explicit conversation(simulated_network& network) {
        std::tie(reader, writer) = network.open_pair();
    }
    unique_handle reader;
    unique_handle writer;
    std::size_t sent = 0;
    std::string received;
};

task<> read_conversation(std::shared_ptr<conversation> in, std::size_t size) {
    const counted guard(1);
    while (in->received.size() < size) {
        std::byte piece[16];
        const std::size_t count = co_await receive(in->reader.get(), piece);
        in->received.append(reinterpret_cast<const char*>(piece), count);
        co_await yield();
    }
}

task<> write_conversation(std::shared_ptr<conversation> in, std::string text) {
    const counted guard(1);
    while (in->sent < text.size()) {
        const std::size_t taken = co_await send(in->writer.get(), bytes_of(text).subspan(in->sent));
        in->sent += taken;
    }
}

TEST(IoAwaiter, LosesNoByteWheneverAReadOrAWriteIsCancelled) {
    sweep([](simulated_backend& kernel) {
        const std::string text = some_text(100);
        auto both = std::make_shared<conversation>(kernel.network());
        scenario made;
        made.tasks.push_back(read_conversation(both, text.size()));
        made.victims = 1;  // a reader waits for ever for a writer that was cancelled
        made.tasks.push_back(write_conversation(both, text));
        made.check = [both, text, &kernel] {
            const std::size_t got = both->received.size();
            EXPECT_EQ(both->received, text.substr(0, got));
            EXPECT_EQ(got + kernel.network().unread(both->reader.get()), both->sent);
        };
        return made;
    });
}

class accept_one final : public io_awaiter {
public:
    explicit accept_one(native_handle listener) noexcept : io_awaiter(opcode::accept, listener) {}
    unique_handle await_resume() const {
        return unique_handle(static_cast<native_handle>(io_awaiter::await_resume()));
    }
};

class connect_one final : public io_awaiter {
public:
    connect_one(native_handle socket, endpoint& to) noexcept
        : io_awaiter(opcode::connect, socket, &to) {
        peer = &to;
    }
};

struct house {
    explicit house(simulated_network& network)
        : at(endpoint::loopback(80)), door(network.open_listener(at)) {}
    endpoint at;
    unique_handle door;
    int visitors = 0;
};

task<> welcome(std::shared_ptr<house> in, int count) {
    for (int i = 0; i < count; ++i) {
        const unique_handle visitor = co_await accept_one(in->door.get());
        EXPECT_TRUE(visitor);
        ++in->visitors;
        co_await yield();
    }
}

task<> visit(std::shared_ptr<house> at) {
    const unique_handle socket = simulation().network().open_socket();
    co_await connect_one(socket.get(), at->at);
}

TEST(IoAwaiter, LosesNoConnectionOfAnAcceptWheneverItIsCancelled) {
    sweep([](simulated_backend& kernel) {
        auto open = std::make_shared<house>(kernel.network());
        scenario made;
        made.tasks.push_back(welcome(open, 3));
        made.victims = 1;
        for (int i = 0; i < 3; ++i) made.tasks.push_back(visit(open));
        made.check = [open] { EXPECT_LE(open->visitors, 3); };
        return made;
    });
}

// Has finished at once and moved that many bytes.
class moved_at_once final : public io_awaiter {
public:
    explicit moved_at_once(std::uint64_t bytes) noexcept
        : io_awaiter(opcode::send, invalid_handle) {
        value = bytes;
    }
    bool await_suspend(coroutine caller) noexcept { return suspend_if(false, caller); }
};

task<std::uint64_t> turns_to_move(std::uint64_t bytes, int times) {
    const std::uint64_t before = event_loop::current()->stats().turns;
    for (int i = 0; i < times; ++i) co_await moved_at_once(bytes);
    co_return event_loop::current()->stats().turns - before;
}

TEST(IoAwaiter, CountsBytesAgainstTheTurnAndGoesOnInTheNext) {
    EXPECT_EQ(simulate(turns_to_move(0, 100)), 0U);
    EXPECT_EQ(simulate(turns_to_move(0, 200)), 1U);
    EXPECT_EQ(simulate(turns_to_move(64 << 10, 100)), 3U) << "26 in a turn";
    EXPECT_EQ(simulate(turns_to_move(4 << 20, 100)), 100U) << "each uses up a turn";
}

}  // namespace
}  // namespace eddy::testing
