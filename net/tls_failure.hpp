#pragma once

#include <eddy/tls_error.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace eddy {

/// Makes an error of what OpenSSL left in its queue, which is emptied, and of what else is known:
/// the refused certificate, if any, and the first bytes that the peer sent.
tls_error explain_tls_failure(const std::string& context,
                              const std::optional<certificate_problem>& problem,
                              std::string_view first_bytes);

}  // namespace eddy
