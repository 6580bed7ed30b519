#pragma once

#include <eddy/http_message.hpp>

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

namespace eddy::http {

/// Appends the head of a request to `out`. Host and framing are the library's: a header of the
/// user that says otherwise throws http::error (invalid_header); one that agrees is not repeated.
/// `defaults`, to which the same applies, are sent where `own` has no field of that name.
void append_request_head(std::string& out, method verb, std::string_view target,
                         std::string_view host, const headers& own, const headers& defaults,
                         std::uint64_t body_size);

/// How the answer to one request has to be written.
struct response_style {
    http::method asked = http::method::get;
    int minor_version = 1;  ///< what the client speaks
    bool keep_alive = true;
    std::string_view date = {};  ///< for the Date field
};

/// Appends the head of a response to `out` and returns whether its body follows. Framing and
/// Connection are the library's: what the handler said about them is left out, except that a
/// Content-Length in the answer to HEAD is believed.
bool append_response_head(std::string& out, const response& answer, const response_style& style);

/// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
std::string http_date(std::time_t seconds);

}  // namespace eddy::http
