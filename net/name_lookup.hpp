#pragma once

#include <eddy/endpoint.hpp>

#include <string>
#include <vector>

namespace eddy {

/// Asks the system for the addresses of a host, with port 0, and waits for the answer: not for the
/// thread of a loop. Throws std::system_error (resolve_errc).
std::vector<endpoint> look_up_blocking(const std::string& host);

}  // namespace eddy
