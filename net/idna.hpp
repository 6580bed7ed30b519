#pragma once

#include <eddy/url.hpp>

#include <string>

namespace eddy {

/// Appends one label of a domain as DNS has it. The label is in lower case, and either not ASCII or
/// begins with "xn--": others need no IDNA. The error is invalid_domain, or no_idna where eddy was
/// built without libidn2.
url_error append_idna_label(std::string& output, const std::string& label);

}  // namespace eddy
