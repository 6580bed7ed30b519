#pragma once

#include <eddy/http_error.hpp>
#include <eddy/task.hpp>
#include <eddy/tls_context.hpp>
#include <eddy/url.hpp>

#include "any_stream.hpp"

#include <functional>
#include <optional>
#include <string>

namespace eddy::http {

/// A stream over which requests can be sent.
struct connected {
    connected(any_stream made, std::string name) : stream(std::move(made)), peer(std::move(name)) {}

    any_stream stream;
    std::string peer;  ///< for error messages
};

/// Makes a stream to the origin of a URL, and tells in `at` how far it is.
using connector = std::function<task<connected>(const url& where, phase& at)>;

/// Connects over TCP, and for https over TLS. Without settings TLS has the safe defaults.
connector connect_over_network(std::optional<tls_context> tls);

}  // namespace eddy::http
