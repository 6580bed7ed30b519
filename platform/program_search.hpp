#pragma once

#include <eddy/process.hpp>

#include <string>
#include <system_error>

namespace eddy {

/// The file of `what.program`, found as a shell would with PATH as the child will have it. A name
/// with a slash is a path already. Without success `error` says whether it is not there or is no
/// program.
std::string find_program(const process_start& what, std::error_code& error);

}  // namespace eddy
