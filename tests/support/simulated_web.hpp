#pragma once

#include "http_client_core.hpp"
#include "http_server_state.hpp"

#include <eddy/create_task.hpp>
#include <eddy/http_client.hpp>
#include <eddy/queue.hpp>
#include <eddy/sleep.hpp>
#include <eddy/tcp_stream.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace eddy::testing {

/// What a scripted server says after it has read the head of a request.
struct reply {
    reply(std::string says, duration delay = duration::zero())
        : text(std::move(says)), after(delay) {}
    reply(const char* says) : text(says) {}

    std::string text;
    duration after{};
};

enum class finally { close, stay, reset };

/// A connection, from its server's side: replies to one request after the other, and an end.
struct script {
    script(std::vector<reply> all, finally how = finally::stay)
        : replies(std::move(all)), end(how) {}

    std::vector<reply> replies;
    finally end;
};

/// The servers of a simulated network, and a client whose connections all end here. Lives as long
/// as its loop.
class simulated_web {
public:
    simulated_web() : state_(std::make_shared<state>()) {}

    /// The next connections get these scripts, in order. After the last one, connecting is refused.
    void play(std::vector<script> scripts);
    /// All connections get to a server with this handler.
    void serve(std::function<task<http::response>(http::request)> handler,
               http::server_limits limits = {});
    /// Connecting takes that long.
    void slow_down(duration connecting) { state_->connecting = connecting; }

    std::shared_ptr<http::client_core>
    core(http::client_options settings = http::client_options()) const;
    http::client client(http::client_options settings = http::client_options()) const {
        return http::client(core(std::move(settings)));
    }
    /// A connection to the server, for those who do not speak HTTP properly.
    tcp_stream connect();

    /// How many connections were made.
    std::size_t connections() const noexcept { return state_->connections; }
    /// The requests that scripted servers have read, without their bodies.
    const std::vector<std::string>& requests() const noexcept { return state_->requests; }
    http::server::state& server() const noexcept { return *state_->server; }

private:
    struct state {
        std::vector<script> scripts;
        std::shared_ptr<http::server::state> server;
        duration connecting{};
        std::size_t connections = 0;
        std::vector<std::string> requests;
    };

    static tcp_stream connect(std::shared_ptr<state> web);
    static task<http::connected> connect_slowly(std::shared_ptr<state> web);
    static task<> perform(std::shared_ptr<state> web, tcp_stream peer, script what);
    static task<> converse(std::shared_ptr<http::server::state> server, tcp_stream peer);

    std::shared_ptr<state> state_;
};

/// A response with this body, and a keep-alive connection.
std::string ok(const std::string& body);

}  // namespace eddy::testing
