#pragma once

#include <eddy/http_client_stats.hpp>
#include <eddy/http_message.hpp>
#include <eddy/http_options.hpp>
#include <eddy/http_response_stream.hpp>
#include <eddy/task.hpp>
#include <eddy/url.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace eddy::http {

class client_core;

/// Where a request goes: a url, or a text that is parsed when the request starts.
class request_url {
public:
    request_url(const char* text) : request_url(std::string_view(text)) {}
    request_url(const std::string& text) : request_url(std::string_view(text)) {}
    request_url(std::string_view text) : text_(text), parsed_(url::parse(text)) {}
    request_url(url where) : parsed_(std::move(where)) {}

    /// Throws http::error: invalid_url, or unsupported_scheme for other than http and https.
    url take() &&;

private:
    std::string text_;  // for the error; empty if it came as a url
    url_or_error parsed_;
};

/// Makes HTTP requests over connections that it keeps alive. One client serves a whole program, at
/// any number of requests at once, on the loop it is used on. Copies share the connections.
///
/// Every request throws http::error when it fails. A response of any status is no failure. It is
/// read once the whole request is sent, or an answer of 300 or more has come meanwhile: a server
/// that echoes megabytes while they come waits for its reader, and that ends in write_timeout.
class client {
public:
    explicit client(client_options settings = client_options());
    /// Over a core made otherwise, as the library's tests do.
    explicit client(std::shared_ptr<client_core> core) noexcept : core_(std::move(core)) {}

    task<response> get(request_url where, options settings = options());
    task<response> head(request_url where, options settings = options());
    task<response> post(request_url where, options settings = options());
    task<response> put(request_url where, options settings = options());
    /// Follows redirects and reads the whole body, as far as the limits allow. CONNECT is refused
    /// (invalid_method): there are no tunnels.
    task<response> request(method verb, request_url where, options settings = options());

    /// The same up to the headers of the final response; its body is read piece by piece.
    task<response_stream> stream(method verb, request_url where, options settings = options());

    client_stats stats() const noexcept;

    /// Closes idle connections, refuses new requests, waits for those under way. A redirect that
    /// one of them is answered with needs a new one, and so fails (`closed_client`).
    task<> close();

private:
    std::shared_ptr<client_core> core_;
};

}  // namespace eddy::http
