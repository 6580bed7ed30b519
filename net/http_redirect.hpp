#pragma once

#include "http_client_core.hpp"

namespace eddy::http {

/// Whether a response asks to go elsewhere, and says where.
bool is_redirect(const message_head& answer) noexcept;

/// Changes `plan` into the request that follows from a redirect (RFC 9110, 15.4): the new URL, GET
/// where the status asks for it, neither secrets nor the old Host for another origin. Throws
/// http::error for a Location that is none, another scheme, https to http, a loop, or more than
/// `limit` redirects.
void follow_redirect(request_plan& plan, const message_head& answer, int limit);

}  // namespace eddy::http
