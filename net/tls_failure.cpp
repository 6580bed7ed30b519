#include "tls_failure.hpp"

#include "openssl_error.hpp"

#include <algorithm>
#include <array>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace eddy {

namespace {

tls_errc kind_of_problem(int code) {
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED: return tls_errc::certificate_expired;
        case X509_V_ERR_CERT_NOT_YET_VALID: return tls_errc::certificate_not_yet_valid;
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return tls_errc::certificate_self_signed;
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            return tls_errc::certificate_unknown_authority;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH: return tls_errc::certificate_wrong_host;
        case X509_V_ERR_CERT_REVOKED: return tls_errc::certificate_revoked;
        case X509_V_ERR_EE_KEY_TOO_SMALL:
        case X509_V_ERR_CA_KEY_TOO_SMALL:
        case X509_V_ERR_CA_MD_TOO_WEAK: return tls_errc::certificate_too_weak;
        default: return tls_errc::certificate_refused;
    }
}

bool is_http(std::string_view first_bytes) {
    constexpr std::array<std::string_view, 10> starts = {
        "HTTP/", "GET /", "POST ", "HEAD ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE"};
    return std::ranges::find(starts, first_bytes) != starts.end();
}

bool is_tls(std::string_view first_bytes) {
    // A record's header: its kind, from change_cipher_spec to application_data, and version 3.x.
    return first_bytes.size() < 2 ||
           (first_bytes[0] >= 20 && first_bytes[0] <= 23 && first_bytes[1] == 3);
}

tls_errc kind_of_error(unsigned long error) {
    if (ERR_GET_LIB(error) != ERR_LIB_SSL) return tls_errc::protocol;
    const int reason = ERR_GET_REASON(error);
    if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return tls_errc::certificate_missing;
    // OpenSSL numbers the peer's alerts from here on.
    if (reason >= SSL_AD_REASON_OFFSET) return tls_errc::alert;
    return tls_errc::protocol;
}

}  // namespace

tls_error explain_tls_failure(const std::string& context,
                              const std::optional<certificate_problem>& problem,
                              std::string_view first_bytes) {
    const unsigned long error = ERR_peek_error();
    const std::string reason = openssl_reason();
    if (problem) {
        const std::string detail = " (" + problem->subject + ", depth " +
                                   std::to_string(problem->depth) + ", " +
                                   X509_verify_cert_error_string(problem->code) + ")";
        return tls_error(kind_of_problem(problem->code), context + detail, *problem);
    }
    if (is_http(first_bytes)) return tls_error(tls_errc::plain_http, context);
    if (!is_tls(first_bytes)) return tls_error(tls_errc::not_tls, context);
    return tls_error(kind_of_error(error), context + " (" + reason + ")");
}

}  // namespace eddy
