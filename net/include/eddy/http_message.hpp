#pragma once

#include <eddy/http_headers.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy::http {

/// The methods of RFC 9110 and PATCH (RFC 5789). `delete_` because C++ owns the word.
enum class method : std::uint8_t { get, head, post, put, patch, delete_, options, trace, connect };

/// "GET", "HEAD", …
std::string_view to_string(method verb) noexcept;
/// Methods are case-sensitive: "get" is none.
std::optional<method> parse_method(std::string_view name) noexcept;
/// Whether sending it twice does what sending it once does (RFC 9110, 9.2.2).
bool is_idempotent(method verb) noexcept;

/// "OK" for 200; empty for a status nobody has registered.
std::string_view reason_phrase(int status) noexcept;

/// What a server's handler gets to answer.
struct request {
    request() = default;
    request(http::method asked, std::string at) : method(asked), target(std::move(at)) {}

    http::method method = http::method::get;
    std::string target = "/";  ///< "/path?query"; "*" for OPTIONS
    std::string host;          ///< the authority asked for, as in the Host header
    http::headers headers;
    std::string body;  ///< whole, with the transfer coding undone
    std::string peer;  ///< "127.0.0.1:40000"

    /// The target without the query.
    std::string_view path() const noexcept;
    /// What follows the first '?', undecoded.
    std::string_view query() const noexcept;
};

/// What a server's handler returns and what a client gets.
struct response {
    response() = default;
    explicit response(int code) : status(code) {}
    response(int code, std::string text, std::string_view type = "text/plain; charset=utf-8");

    int status = 200;
    std::string reason;  ///< the server's own words; empty means `reason_phrase(status)`
    http::headers headers;
    std::string body;

    std::string url;                   ///< client: what answered in the end
    std::vector<std::string> history;  ///< client: the URLs that redirected there, in order

    bool ok() const noexcept { return status >= 200 && status < 300; }
    /// Throws http::error (bad_status) for a status of 400 or more.
    const response& raise_for_status() const&;
    response&& raise_for_status() &&;
};

}  // namespace eddy::http
