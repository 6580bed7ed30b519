#pragma once

#include <eddy/endpoint.hpp>

#include <string>
#include <string_view>
#include <system_error>

namespace eddy {

/// Throws an error, if it is one, naming what was to be done and where.
inline void must(const std::error_code& error, std::string_view verb, const endpoint& at) {
    if (error) throw std::system_error(error, std::string(verb) + " (" + at.to_string() + ")");
}

}  // namespace eddy
