#pragma once

#include <eddy/task.hpp>
#include <eddy/tcp_stream.hpp>

#include <vector>

namespace eddy {

/// Gives what the first attempt that succeeds gives. Each gets a head start of 250 ms, or until it
/// fails, before the next is begun beside it. The others are cancelled. Throws what the first
/// attempt failed with if all do.
task<tcp_stream> race_to_connect(std::vector<task<tcp_stream>> attempts);

}  // namespace eddy
