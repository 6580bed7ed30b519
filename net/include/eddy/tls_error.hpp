#pragma once

#include <optional>
#include <string>
#include <system_error>
#include <type_traits>

namespace eddy {

/// Why a TLS connection failed. The first group are certificates that did not pass the check.
enum class tls_errc {
    certificate_expired = 1,
    certificate_not_yet_valid,
    certificate_self_signed,
    certificate_unknown_authority,
    certificate_wrong_host,
    certificate_revoked,
    certificate_too_weak,
    certificate_missing,
    certificate_refused,  // for any other reason; certificate()->code tells

    alert,             // the peer gave up and said why
    protocol,          // the peer broke the protocol, or shares no version or cipher with us
    not_tls,           // the first bytes are no TLS at all
    plain_http,        // …because they are HTTP
    truncated,         // the peer closed the transport without close_notify
    write_unfinished,  // an earlier write was cancelled or failed with its record half sent

    not_built_in  // eddy was built without OpenSSL
};

const std::error_category& tls_category() noexcept;
std::error_code make_error_code(tls_errc error) noexcept;

/// The certificate that did not pass: OpenSSL's X509_V_ERR_… code, how many steps above the peer's
/// own certificate it stands, and whom it names (RFC 2253, control characters escaped).
struct certificate_problem {
    int code;
    int depth;
    std::string subject;
};

/// Thrown by TLS streams; code() is a tls_errc.
class tls_error : public std::system_error {
public:
    tls_error(tls_errc error, const std::string& context);
    tls_error(tls_errc error, const std::string& context, certificate_problem problem);

    /// Set if a certificate did not pass the check.
    const std::optional<certificate_problem>& certificate() const noexcept { return problem_; }

private:
    std::optional<certificate_problem> problem_;
};

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::tls_errc> : std::true_type {};
