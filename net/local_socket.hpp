#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/native_handle.hpp>
#include <eddy/socket.hpp>
#include <eddy/stale_file.hpp>

namespace eddy {

/// Opens a local socket that is to be bound to `at`, after doing about a file there what
/// `in_the_way` says. Throws std::system_error.
unique_handle open_local_socket(const endpoint& at, socket_type type, stale_file in_the_way);

}  // namespace eddy
