#pragma once

#include <eddy/child_tasks.hpp>
#include <eddy/event.hpp>
#include <eddy/http_server.hpp>
#include <eddy/semaphore.hpp>
#include <eddy/tcp_listener.hpp>

#include "http_session.hpp"

#include <ctime>
#include <list>
#include <memory>
#include <optional>
#include <string>

namespace eddy::http {

/// What a server and its connections share. Connections keep it alive while they run.
struct server::state {
    explicit state(erased_handler made) : handler(std::move(made)) {}

    struct door {
        tcp_listener listener;
        std::optional<tls_context> secure;
    };

    /// The value of the Date field, made once a second.
    std::string_view date();

    erased_handler handler;
    handler_error report;
    server_limits limits;
    std::list<door> doors;
    server_stats stats;

    bool serving = false;
    child_tasks* acceptors = nullptr;  // while it takes connections
    bool closing = false;
    event finished;  // serve() has ended
    intrusive_list<session> sessions;

private:
    std::time_t date_of_ = -1;
    std::string date_;
};

}  // namespace eddy::http
