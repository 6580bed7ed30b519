#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/task.hpp>
#include <eddy/tcp_stream.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace eddy {

/// Connects to the first of several endpoints that answers: each gets a head start of 250 ms, or
/// until it fails, before the next is tried beside it (Happy Eyeballs, RFC 8305). The others are
/// cancelled. Throws what the first endpoint failed with if all do.
task<tcp_stream> connect_to_any(std::vector<endpoint> candidates);

/// Resolves a host and connects to it.
task<tcp_stream> open_connection(std::string host, std::uint16_t port);

}  // namespace eddy
