#include <eddy/http_client.hpp>

#include "http_client_core.hpp"

#include <utility>

namespace eddy::http {

client_options::client_options() {
    headers_.add("User-Agent", "eddy/0.1").add("Accept", "*/*");
    // What comes is handed on as it is, so nothing but what it is may come.
    headers_.add("Accept-Encoding", "identity");
}

url request_url::take() && {
    if (!parsed_) {
        const std::error_code reason = parsed_.error();
        throw error(error_kind::invalid_url, redacted_text(text_), reason);
    }
    url where = *std::move(parsed_);
    if (where.scheme() != "http" && where.scheme() != "https") {
        throw error(error_kind::unsupported_scheme,
                    std::string(where.scheme()) + " is neither http nor https");
    }
    if (where.has_credentials()) {
        throw error(error_kind::invalid_url,
                    "a user name in a URL: send an Authorization header instead");
    }
    return where;
}

client::client(client_options settings)
    : core_(std::make_shared<client_core>(std::move(settings))) {}

task<response> client::get(request_url where, options settings) {
    return request(method::get, std::move(where), std::move(settings));
}

task<response> client::head(request_url where, options settings) {
    return request(method::head, std::move(where), std::move(settings));
}

task<response> client::post(request_url where, options settings) {
    return request(method::post, std::move(where), std::move(settings));
}

task<response> client::put(request_url where, options settings) {
    return request(method::put, std::move(where), std::move(settings));
}

namespace {

task<response> request_by(std::shared_ptr<client_core> core, method verb, request_url where,
                          options settings) {
    request_plan plan = core->plan(verb, std::move(where).take(), std::move(settings));
    co_return co_await client_core::request(std::move(core), std::move(plan));
}

task<response_stream> stream_by(std::shared_ptr<client_core> core, method verb, request_url where,
                                options settings) {
    request_plan plan = core->plan(verb, std::move(where).take(), std::move(settings));
    co_return co_await client_core::stream(std::move(core), std::move(plan));
}

task<> close_by(std::shared_ptr<client_core> core) {
    core->connections().close();
    co_await core->connections().drained().wait();
}

}  // namespace

// The core goes into the coroutine by value: a request outlives the client that started it.
task<response> client::request(method verb, request_url where, options settings) {
    return request_by(core_, verb, std::move(where), std::move(settings));
}

task<response_stream> client::stream(method verb, request_url where, options settings) {
    return stream_by(core_, verb, std::move(where), std::move(settings));
}

client_stats client::stats() const noexcept {
    return core_->connections().stats();
}

task<> client::close() {
    return close_by(core_);
}

}  // namespace eddy::http
