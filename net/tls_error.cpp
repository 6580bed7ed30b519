#include <eddy/tls_error.hpp>

#include <utility>

namespace eddy {

namespace {

class category final : public std::error_category {
public:
    const char* name() const noexcept override { return "tls"; }

    std::string message(int value) const override {
        switch (static_cast<tls_errc>(value)) {
            case tls_errc::certificate_expired: return "the certificate has expired";
            case tls_errc::certificate_not_yet_valid: return "the certificate is not yet valid";
            case tls_errc::certificate_self_signed: return "the certificate is self-signed";
            case tls_errc::certificate_unknown_authority:
                return "the certificate comes from an unknown authority";
            case tls_errc::certificate_wrong_host: return "the certificate belongs to another host";
            case tls_errc::certificate_revoked: return "the certificate was revoked";
            case tls_errc::certificate_too_weak:
                return "the certificate's key or signature is too weak";
            case tls_errc::certificate_missing: return "the peer showed no certificate";
            case tls_errc::certificate_refused: return "the certificate was refused";
            case tls_errc::alert: return "the peer ended the connection with an alert";
            case tls_errc::protocol: return "TLS protocol error";
            case tls_errc::not_tls: return "the peer does not speak TLS";
            case tls_errc::plain_http: return "the peer speaks plain HTTP, not TLS";
            case tls_errc::truncated: return "the peer closed the connection without close_notify";
            case tls_errc::write_unfinished: return "an earlier write was left unfinished";
            case tls_errc::not_built_in: return "eddy was built without TLS";
        }
        return "unknown TLS error";
    }
};

}  // namespace

const std::error_category& tls_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(tls_errc error) noexcept {
    return {static_cast<int>(error), tls_category()};
}

tls_error::tls_error(tls_errc error, const std::string& context)
    : std::system_error(make_error_code(error), context) {}

tls_error::tls_error(tls_errc error, const std::string& context, certificate_problem problem)
    : std::system_error(make_error_code(error), context), problem_(std::move(problem)) {}

}  // namespace eddy
