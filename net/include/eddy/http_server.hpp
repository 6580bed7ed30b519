#pragma once

#include <eddy/backend.hpp>
#include <eddy/endpoint.hpp>
#include <eddy/http_limits.hpp>
#include <eddy/http_message.hpp>
#include <eddy/task.hpp>
#include <eddy/tls_context.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace eddy::http {

/// How much a server takes from its clients, and how long it waits for them.
struct server_limits {
    std::size_t connections = 10'000;  ///< served at once; more wait, all but one in the backlog
    header_limits headers{};
    std::uint64_t body = 8 * 1024 * 1024;            ///< of a request, in bytes
    duration head = std::chrono::seconds(10);        ///< for a TLS handshake; for a whole head
    duration idle = std::chrono::seconds(60);        ///< between two requests
    duration body_pause = std::chrono::seconds(30);  ///< between two parts of a body
    duration write = std::chrono::seconds(30);       ///< until the client takes some bytes
    /// Bytes a second, on average, that a body has to come with, and a response to be taken with,
    /// once it has lasted longer than `body_pause` or `write`. 0: any.
    std::uint64_t slowest = 500;
    duration drain = std::chrono::seconds(30);  ///< for what is under way when it closes
};

struct server_stats {
    std::uint64_t accepted = 0;
    std::uint64_t requests = 0;
    std::uint64_t refused = 0;  ///< requests that broke the protocol or a limit
    std::size_t open = 0;
};

/// Told what a handler threw, before its client gets 500. Runs on the server's loop. The request
/// has neither its headers nor its body any more: the handler had them. What it throws is ignored.
using handler_error = std::function<void(const request&, std::exception_ptr)>;

/// An HTTP/1.1 server. `handler(request, arguments…)` makes a task<response>; it and the arguments
/// are kept for as long as the server lives. Requests of one connection are answered in order, of
/// different connections at the same time. A client that breaks the protocol, or a handler that
/// throws, concerns no other connection. A handler is not told that its client has left: one that
/// may wait for long should limit that by `with_timeout`.
///
///     http::server server(hello);
///     server.listen(endpoint::loopback(8080));
///     co_await server.serve();
class server {
public:
    template <class Handler, class... Arguments>
        requires std::same_as<std::invoke_result_t<Handler&, request, Arguments&...>,
                              task<response>>
    explicit server(Handler handler, Arguments... arguments)
        : server(erased_handler(bind(std::move(handler), std::move(arguments)...))) {}

    server(server&&) noexcept;
    ~server();

    /// Before `serve`.
    server& limits(const server_limits& all);
    /// In place of a line on the standard error output.
    server& on_handler_error(handler_error report);

    /// Listens for http, or https, and tells where: port 0 lets the system choose. May be called
    /// several times. Throws std::system_error.
    endpoint listen(const endpoint& at);
    endpoint listen(const endpoint& at, tls_context secure);

    /// Serves until `close` is called, or the task is cancelled: then it ends all connections
    /// first.
    task<> serve();

    /// Takes no more connections and requests, lets those under way end, for `limits.drain` at
    /// most, and waits for all of it. A handler that awaited it would wait for itself: it starts a
    /// task instead.
    task<> close();

    server_stats stats() const noexcept;

    struct state;

private:
    using erased_handler = std::function<task<response>(request)>;

    template <class Handler, class... Arguments>
    static auto bind(Handler handler, Arguments... arguments) {
        return [handler = std::move(handler),
                ... arguments = std::move(arguments)](request asked) mutable {
            return std::invoke(handler, std::move(asked), arguments...);
        };
    }

    explicit server(erased_handler handler);

    std::shared_ptr<state> state_;
};

}  // namespace eddy::http
