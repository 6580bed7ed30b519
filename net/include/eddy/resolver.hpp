#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/task.hpp>

#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

namespace eddy {

/// Why a host name has no addresses.
enum class resolve_errc {
    not_found = 1,  ///< the name does not exist, or has no address
    bad_name,       ///< no host can be called that
    unavailable,    ///< no name server answered; trying again may help
    failed,         ///< anything else
};

const std::error_category& resolve_category() noexcept;
std::error_code make_error_code(resolve_errc error) noexcept;

/// The endpoints of a host, in the order in which they should be tried (RFC 8305, 4), at most
/// eight. Literal addresses and "localhost" (RFC 6761) are answered at once; other names by the
/// system, off the loop, once for all who ask at the same time, 32 at once for a loop, and kept for
/// 30 seconds, a failure for 5. Throws std::system_error (resolve_errc) naming the host.
task<std::vector<endpoint>> resolve(std::string host, std::uint16_t port);

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::resolve_errc> : std::true_type {};
