#include "simulated_web.hpp"

#include "simulate.hpp"

#include <utility>

namespace eddy::testing {

namespace {

// The handle is not that of a real connection, of which the kernel could shut down one side.
class simulated_stream : public tcp_stream {
public:
    explicit simulated_stream(tcp_stream made) : tcp_stream(std::move(made)) {}

    void shutdown_write() { simulation().network().shut_down(native(), simulation().now()); }
};

}  // namespace

void simulated_web::play(std::vector<script> scripts) {
    state_->scripts = std::move(scripts);
}

void simulated_web::serve(std::function<task<http::response>(http::request)> handler,
                          http::server_limits limits) {
    state_->server = std::make_shared<http::server::state>(std::move(handler));
    state_->server->limits = limits;
    state_->server->report = [](const http::request&, std::exception_ptr) {};
}

std::shared_ptr<http::client_core> simulated_web::core(http::client_options settings) const {
    const auto connect = [web = state_](const url&, http::phase&) { return connect_slowly(web); };
    return std::make_shared<http::client_core>(std::move(settings), connect);
}

tcp_stream simulated_web::connect() {
    return connect(state_);
}

tcp_stream simulated_web::connect(std::shared_ptr<state> web) {
    const std::size_t number = web->connections;
    if (!web->server && number >= web->scripts.size()) {
        throw std::system_error(std::make_error_code(std::errc::connection_refused), "connect");
    }
    ++web->connections;
    auto [ours, theirs] = simulation().network().open_pair();
    tcp_stream peer = tcp_stream::adopt(std::move(theirs), endpoint::loopback(1));
    if (web->server) {
        create_task(converse(web->server, std::move(peer)));
    } else {
        create_task(perform(web, std::move(peer), web->scripts[number]));
    }
    return tcp_stream::adopt(std::move(ours), endpoint::loopback(2));
}

task<http::connected> simulated_web::connect_slowly(std::shared_ptr<state> web) {
    co_await sleep(web->connecting);
    co_return http::connected(any_stream(connect(web)), "127.0.0.1:2");
}

task<> simulated_web::perform(std::shared_ptr<state> web, tcp_stream peer, script what) {
    try {
        for (const reply& each : what.replies) {
            std::string head;
            char next = 0;
            while (!head.ends_with("\r\n\r\n")) {
                if (co_await peer.read(std::as_writable_bytes(std::span(&next, 1))) == 0) co_return;
                head += next;
            }
            web->requests.push_back(head);
            if (each.after > duration::zero()) co_await sleep(each.after);
            co_await write_all(peer, each.text);
        }
        if (what.end == finally::reset) simulation().network().reset(peer.native());
        if (what.end != finally::stay) co_return;
        std::byte rest[1024];
        while (co_await peer.read(rest) > 0) {
        }
    } catch (const std::system_error&) {
        // The client broke the connection, as it may.
    }
}

task<> simulated_web::converse(std::shared_ptr<http::server::state> server, tcp_stream peer) {
    http::session conversation(*server, any_stream(simulated_stream(std::move(peer))),
                               "127.0.0.1:1");
    co_await conversation.run();
}

std::string ok(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace eddy::testing
