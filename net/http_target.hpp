#pragma once

#include "http_parser.hpp"

#include <string>

namespace eddy::http {

/// What a request asks for, whichever of the four forms it came in (RFC 9112, 3.2).
struct request_target {
    std::string target;  ///< "/path?query" or "*"
    std::string host;    ///< from the absolute form, or the Host field; may be empty
};

/// Splits the target of a request and checks its Host fields: exactly one in HTTP/1.1, of letters
/// that a host can have. Throws http::error for what a proxy before us could understand otherwise.
request_target resolve_target(const message_head& head);

}  // namespace eddy::http
