#pragma once

#include <eddy/http_error.hpp>

#include <exception>

namespace eddy::http {

/// What an exception of the layers below means for a request that had come as far as `context`
/// says. An http::error keeps its kind. `cancelled` must not come here: it is no failure.
error to_error(const std::exception_ptr& failure, const error_context& context);

}  // namespace eddy::http
