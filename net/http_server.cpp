#include <eddy/http_server.hpp>

#include <eddy/exception_group.hpp>
#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>
#include <eddy/tls_stream.hpp>

#include "http_server_state.hpp"
#include "http_writer.hpp"

#include <cstdio>
#include <utility>

namespace eddy::http {

namespace {

using namespace std::chrono_literals;

// Descriptors come back when connections end, of which nothing tells us.
constexpr duration pause_after_failed_accept = 50ms;

void print_handler_error(const request& asked, std::exception_ptr failure) {
    const std::string line = "eddy::http::server: the handler of " +
                             std::string(to_string(asked.method)) + ' ' + escaped(asked.target) +
                             " threw: " + escaped(message_of(failure)) + '\n';
    std::fputs(line.c_str(), stderr);
}

// Cancels the connections that do not end by themselves.
class drain_deadline final : private timer {
public:
    drain_deadline(cancel_scope& connections, duration limit) : connections_(connections) {
        loop_.timers().arm(*this, deadline_after(loop_.now(), limit));
    }
    ~drain_deadline() {
        if (is_armed()) loop_.timers().disarm(*this);
    }

private:
    void on_due() noexcept override { connections_.cancel(); }

    event_loop& loop_ = *event_loop::current();
    cancel_scope& connections_;
};

task<any_stream> shake_hands(tcp_stream plain, tls_context secure) {
    co_return any_stream(
        co_await tls_stream<tcp_stream>::accept(std::move(plain), std::move(secure)));
}

task<> serve_connection(std::shared_ptr<server::state> server, semaphore::permit, tcp_stream plain,
                        std::optional<tls_context> secure) {
    std::string peer = plain.remote().to_string();
    try {
        std::optional<any_stream> stream;
        if (secure) {
            stream = co_await with_timeout(server->limits.head,
                                           shake_hands(std::move(plain), *std::move(secure)));
        } else {
            stream.emplace(std::move(plain));
        }
        session conversation(*server, *std::move(stream), std::move(peer));
        co_await conversation.run();
    } catch (const std::exception&) {
        // No handshake, no conversation.
    }
}

task<> accept_connection(std::shared_ptr<server::state> server, server::state::door& door,
                         semaphore& room, child_tasks& connections) {
    tcp_stream plain = co_await door.listener.accept();
    if (server->closing) co_return;
    // Not before: who waits for a client with a place in hand keeps it from the other doors.
    semaphore::permit permit = co_await room.acquire();
    ++server->stats.accepted;
    connections.start(serve_connection(server, std::move(permit), std::move(plain), door.secure));
}

task<> accept_connections(std::shared_ptr<server::state> server, server::state::door& door,
                          semaphore& room, child_tasks& connections) {
    while (!server->closing) {
        bool has_failed = false;
        try {
            co_await accept_connection(server, door, room, connections);
        } catch (const std::exception&) {
            // Out of descriptors, or of memory, or the client was gone already: all of it passes.
            has_failed = true;
        }
        if (has_failed && !server->closing) co_await sleep(pause_after_failed_accept);
    }
}

// The sessions end by themselves; whoever waits for a free place in vain is told by cancellation.
task<> serve_until_closed(std::shared_ptr<server::state> server) {
    semaphore room(server->limits.connections);
    child_tasks connections(child_tasks::cancel_rest::never);
    child_tasks acceptors(child_tasks::cancel_rest::never);
    server->acceptors = &acceptors;
    for (server::state::door& each : server->doors) {
        acceptors.start(accept_connections(server, each, room, connections));
    }
    co_await acceptors.all_done();
    server->acceptors = nullptr;
    server->doors.clear();
    for (session& each : server->sessions) each.stop();

    const drain_deadline deadline(connections, server->limits.drain);
    co_await connections.all_done();
}

task<> serve_and_tell(std::shared_ptr<server::state> server) {
    server->serving = true;
    co_await serve_until_closed(server);
    server->serving = false;
    server->finished.set();
    checkpoint();  // if it was cancellation that ended it
}

task<> close_and_wait(std::shared_ptr<server::state> server) {
    server->closing = true;
    if (!server->serving) {
        server->doors.clear();
        co_return;
    }
    if (server->acceptors != nullptr) server->acceptors->cancel();
    co_await server->finished.wait();
}

}  // namespace

std::string_view server::state::date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_of_) {
        date_of_ = now;
        date_ = http_date(now);
    }
    return date_;
}

server::server(erased_handler handler) : state_(std::make_shared<state>(std::move(handler))) {
    state_->report = print_handler_error;
}

server::server(server&&) noexcept = default;
server::~server() = default;

server& server::limits(const server_limits& all) {
    state_->limits = all;
    return *this;
}

server& server::on_handler_error(handler_error report) {
    state_->report = std::move(report);
    return *this;
}

endpoint server::listen(const endpoint& at) {
    auto& door = state_->doors.emplace_back(state::door{tcp_listener::bind(at), std::nullopt});
    return door.listener.local();
}

endpoint server::listen(const endpoint& at, tls_context secure) {
    auto& door = state_->doors.emplace_back(state::door{tcp_listener::bind(at), std::move(secure)});
    return door.listener.local();
}

// The state goes into the coroutines by value: they outlive the server if they must.
task<> server::serve() {
    return serve_and_tell(state_);
}

task<> server::close() {
    return close_and_wait(state_);
}

server_stats server::stats() const noexcept {
    return state_->stats;
}

}  // namespace eddy::http
