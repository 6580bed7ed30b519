#pragma once

#include <eddy/http_message.hpp>
#include <eddy/http_options.hpp>
#include <eddy/http_response_stream.hpp>
#include <eddy/url.hpp>

#include "http_connector.hpp"
#include "http_exchange.hpp"
#include "http_pool.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace eddy::http {

/// One request on its way through redirects: what is sent next, and where.
struct request_plan {
    method verb;
    eddy::url where;
    http::headers headers;
    std::string body;
    http::timeouts patience;
    std::uint64_t max_body;
    bool follow_redirects;
    bool left_origin = false;  // neither a secret nor a Host of the user is sent any more, wherever
                               // the next redirect leads
    std::vector<std::string> history;
    std::vector<std::pair<method, eddy::url>> visited;
};

/// What the copies of a client share. Requests keep it alive while they run.
class client_core {
public:
    explicit client_core(client_options settings);
    /// Over other streams than those of the network.
    client_core(client_options settings, connector connect);

    static task<response> request(std::shared_ptr<client_core> self, request_plan plan);
    static task<response_stream> stream(std::shared_ptr<client_core> self, request_plan plan);

    /// Throws http::error (invalid_method) for CONNECT.
    request_plan plan(method verb, eddy::url where, options settings) const;
    pool& connections() noexcept { return pool_; }

private:
    task<exchange> follow(request_plan& plan);
    task<exchange> perform(const request_plan& plan);
    task<std::shared_ptr<connection>> open(const request_plan& plan, phase& at);
    task<> read_body(exchange& from, response& into, std::uint64_t limit);

    client_options settings_;
    connector connect_;
    pool pool_;
};

}  // namespace eddy::http
