#pragma once

#include <string>
#include <vector>

namespace eddy {

/// Arguments as one line, from which a program's C library makes the same arguments again ("Parsing
/// C command-line arguments" in the Windows documentation).
std::wstring command_line(const std::vector<std::string>& arguments);

/// "NAME=value" for each, ended by a zero, and one more; sorted, as Windows wants it.
std::wstring environment_block(const std::vector<std::string>& environment);

}  // namespace eddy
