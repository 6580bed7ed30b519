// What is left of a TLS stream when a task that uses it is cancelled.
#include "support/cancel_sweep.hpp"
#include "support/ending.hpp"
#include "support/simulate.hpp"
#include "support/tls_streams.hpp"

#include <eddy/create_task.hpp>
#include <eddy/event.hpp>
#include <eddy/timeout.hpp>
#include <eddy/tls_stream.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

namespace {

using namespace eddy;
using namespace eddy::testing;

/// Two ends of one simulated TCP connection.
std::pair<tcp_stream, tcp_stream> connect_simulated() {
    auto [near, far] = simulation().network().open_pair();
    return {tcp_stream::adopt(std::move(near), endpoint::loopback(1)),
            tcp_stream::adopt(std::move(far), endpoint::loopback(2))};
}

const tls_context& client_context() {
    static const auto context = tls_context::client(client_options().resume_sessions(false));
    return context;
}
const tls_context& server_context() {
    static const auto context = tls_context::server(server_options());
    return context;
}

/// A stream that counts its writes, and hangs after as many bytes as it was told to take.
class stubborn_stream {
public:
    struct control {
        std::size_t allowed = std::string::npos;
        std::size_t writes = 0;
        event never;
    };

    stubborn_stream(tcp_stream stream, std::shared_ptr<control> by)
        : stream_(std::move(stream)), control_(std::move(by)) {}

    auto read(std::span<std::byte> into) { return stream_.read(into); }

    task<std::size_t> write(std::span<const std::byte> from) {
        if (control_->allowed == 0) co_await control_->never.wait();
        const auto allowed = from.first(std::min(from.size(), control_->allowed));
        ++control_->writes;
        co_await write_all(stream_, allowed);
        control_->allowed -= allowed.size();
        co_return allowed.size();
    }

    task<> close() { return stream_.close(); }

private:
    tcp_stream stream_;
    std::shared_ptr<control> control_;
};

using stubborn_tls = tls_stream<stubborn_stream>;

struct stubborn_pair {
    stubborn_pair(stubborn_tls one, secure_stream other,
                  std::shared_ptr<stubborn_stream::control> by)
        : client(std::move(one)), server(std::move(other)), control(std::move(by)) {}

    stubborn_tls client;
    secure_stream server;
    std::shared_ptr<stubborn_stream::control> control;
};

task<stubborn_pair> connect_stubborn() {
    auto [near, far] = connect_simulated();
    auto control = std::make_shared<stubborn_stream::control>();
    auto connecting = stubborn_tls::connect(stubborn_stream(std::move(near), control),
                                            client_context(), "localhost");
    auto accepting = secure_stream::accept(std::move(far), server_context());
    auto [client, server] = co_await gather(std::move(connecting), std::move(accepting));
    co_return stubborn_pair(std::move(client), std::move(server), std::move(control));
}

/// Starts to write and cancels that after `allowed` bytes of the record have left.
task<> cancel_a_write(stubborn_pair& ends, std::size_t allowed) {
    ends.control->allowed = allowed;
    auto writing = move_on_after(std::chrono::seconds(1),
                                 write_all(ends.client, "a record that stays unfinished"));
    EXPECT_FALSE(co_await std::move(writing));
    ends.control->allowed = std::string::npos;
}

TEST(TlsStreamCancel, MakesWritesFailAfterOneThatWasCancelledInItsRecord) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        co_await cancel_a_write(ends, 10);
        for (int attempt = 0; attempt < 2; ++attempt) {
            try {
                co_await write_all(ends.client, "more");
                ADD_FAILURE() << "wrote into the middle of a record";
            } catch (const tls_error& error) {
                EXPECT_EQ(error.code(), tls_errc::write_unfinished);
            }
        }
    }());
}

TEST(TlsStreamCancel, SendsNothingBehindATornRecordWhenItIsClosed) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        co_await write_all(ends.server, "x");  // TCP resets what is closed with bytes unread
        co_await read_text(ends.client, 1);
        co_await cancel_a_write(ends, 10);
        const std::size_t writes = ends.control->writes;
        co_await ends.client.close();
        EXPECT_EQ(ends.control->writes, writes);
        try {
            co_await read_text(ends.server);
            ADD_FAILURE() << "the torn record passed for a proper end";
        } catch (const tls_error& error) {
            EXPECT_EQ(error.code(), tls_errc::truncated);
        }
    }());
}

TEST(TlsStreamCancel, StillReadsAfterACancelledWrite) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        co_await cancel_a_write(ends, 10);
        co_await write_all(ends.server, "answer");
        EXPECT_EQ(co_await read_text(ends.client, 6), "answer");
    }());
}

TEST(TlsStreamCancel, EncryptsNothingForATaskThatIsCancelledAlready) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        {
            nested_scope scope;
            scope.cancel();
            EXPECT_EQ(co_await ending_of(write_all(ends.client, "too late")), ending::cancelled);
        }
        co_await write_all(ends.client, "fine");
        EXPECT_EQ(co_await read_text(ends.server, 4), "fine");
    }());
}

TEST(TlsStreamCancel, LosesNothingOfARecordWhoseReadWasCancelled) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        for (int i = 0; i < 20; ++i) {
            // On its way the record is cut: a read that is cancelled has often seen a part of it.
            auto writing = create_task(write_all(ends.server, "whole"));
            const auto a_moment = std::chrono::microseconds(100 * i);
            std::optional<std::string> text =
                co_await move_on_after(a_moment, read_text(ends.client, 5));
            if (!text) text = co_await read_text(ends.client, 5);
            EXPECT_EQ(*text, "whole");
            co_await writing;
        }
    }());
}

TEST(TlsStreamCancel, ClosesInBoundedTimeWhenThePeerTakesNothing) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        ends.control->allowed = 0;
        const time_point start = simulation().now();
        co_await ends.client.close();
        EXPECT_EQ(elapsed_since(start), std::chrono::milliseconds(250));
    }());
}

TEST(TlsStreamCancel, WritesEachFlightAndEachRecordAtOnce) {
    simulate([]() -> task<> {
        auto ends = co_await connect_stubborn();
        EXPECT_EQ(ends.control->writes, 2u) << "client hello; finished";
        const std::string text(60'000, 'x');
        const auto results =
            co_await gather(write_all(ends.client, text), read_text(ends.server, text.size()));
        EXPECT_EQ(std::get<1>(results), text);
        EXPECT_EQ(ends.control->writes, 3u);
    }());
}

task<> serve_echo(unique_handle transport, std::shared_ptr<std::string> heard) {
    auto peer = co_await secure_stream::accept(
        tcp_stream::adopt(std::move(transport), endpoint::loopback(1)), server_context());
    *heard = co_await read_text(peer, 8);
    co_await write_all(peer, *heard);
    co_await peer.close();
}

task<> ask_echo(unique_handle transport, std::shared_ptr<std::string> heard) {
    auto peer = co_await secure_stream::connect(
        tcp_stream::adopt(std::move(transport), endpoint::loopback(2)), client_context(),
        "localhost");
    co_await write_all(peer, "question");
    *heard = co_await read_text(peer);
    co_await peer.close();
}

/// An exchange may fail when the other end was cancelled; it must only end.
task<> end_somehow(task<> work) {
    try {
        co_await std::move(work);
    } catch (const std::system_error&) {
    }
}

TEST(TlsStreamCancel, EndsBothSidesWhereverOneIsCancelledAndTearsNoMessage) {
    sweep([](simulated_backend& kernel) {
        auto [near, far] = kernel.network().open_pair();
        const auto question = std::make_shared<std::string>();
        const auto answer = std::make_shared<std::string>();
        scenario made;
        made.tasks.push_back(end_somehow(ask_echo(std::move(near), answer)));
        made.tasks.push_back(end_somehow(serve_echo(std::move(far), question)));
        made.victims = 2;
        made.check = [question, answer] {
            EXPECT_TRUE(question->empty() || *question == "question") << *question;
            EXPECT_TRUE(answer->empty() || *answer == "question") << *answer;
        };
        return made;
    });
}

}  // namespace
