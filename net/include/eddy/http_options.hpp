#pragma once

#include <eddy/backend.hpp>
#include <eddy/http_headers.hpp>
#include <eddy/http_limits.hpp>
#include <eddy/tls_context.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace eddy::http {

/// How long a client waits. None of them is unlimited unless it is asked to be: `forever`.
struct timeouts {
    static constexpr duration forever = duration::max();

    duration total = std::chrono::seconds(60);    ///< the whole request, redirects included
    duration pool = std::chrono::seconds(30);     ///< for a connection that others use
    duration connect = std::chrono::seconds(10);  ///< name, TCP and TLS together
    duration write = std::chrono::seconds(30);    ///< until the peer takes some bytes
    duration read = std::chrono::seconds(30);     ///< until the peer sends some bytes
};

/// How much a client uses and accepts.
struct client_limits {
    std::size_t connections = 100;                    ///< in all
    std::size_t per_origin = 8;                       ///< to one scheme, host and port
    duration idle_expiry = std::chrono::seconds(30);  ///< or the server's own word, less a second
    duration max_age = std::chrono::minutes(10);      ///< an older connection is not used again
    header_limits headers{};
    std::uint64_t body = 64 * 1024 * 1024;  ///< of a buffered response, in bytes
    int redirects = 10;
    int informational = 8;  ///< 1xx responses before the real one
};

/// What is special about one request: `client.get(url, options().timeout(5s).header("A", "b"))`.
class options {
public:
    options() = default;

    options& header(std::string_view name, std::string_view value) {
        headers_.add(name, value);
        return *this;
    }
    /// A header that is a secret: it is not sent on to another origin.
    options& sensitive_header(std::string_view name, std::string_view value) {
        headers_.add_sensitive(name, value);
        return *this;
    }
    options& headers(http::headers all) {
        headers_ = std::move(all);
        return *this;
    }
    options& body(std::string bytes, std::string_view type = "application/octet-stream") {
        body_ = std::move(bytes);
        headers_.set("Content-Type", type);
        return *this;
    }
    /// For the whole request; a stream counts it until its headers are there.
    options& timeout(duration total) {
        total_ = total;
        return *this;
    }
    /// All of them, in place of the client's.
    options& timeouts(const http::timeouts& all) {
        timeouts_ = all;
        return *this;
    }
    options& follow_redirects(bool on) {
        follow_redirects_ = on;
        return *this;
    }
    /// The largest body to buffer, in place of the client's limit.
    options& max_body(std::uint64_t bytes) {
        max_body_ = bytes;
        return *this;
    }

private:
    friend class client_core;

    http::headers headers_;
    std::string body_;
    std::optional<duration> total_;
    std::optional<http::timeouts> timeouts_;
    std::optional<std::uint64_t> max_body_;
    bool follow_redirects_ = true;
};

/// What is common to all requests of a client.
class client_options {
public:
    client_options();

    client_options& timeouts(const http::timeouts& all) {
        timeouts_ = all;
        return *this;
    }
    client_options& limits(const client_limits& all) {
        limits_ = all;
        return *this;
    }
    /// How https is done, in place of the safe defaults.
    client_options& tls(tls_context context) {
        tls_ = std::move(context);
        return *this;
    }
    /// Sent with every request that does not have a header of that name itself.
    client_options& header(std::string_view name, std::string_view value) {
        headers_.set(name, value);
        return *this;
    }

private:
    friend class client_core;

    http::timeouts timeouts_;
    client_limits limits_;
    std::optional<tls_context> tls_;
    http::headers headers_;
};

}  // namespace eddy::http
