#pragma once

#include <eddy/certificate.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace eddy {

enum class tls_version { tls_1_2, tls_1_3 };

/// "TLS 1.2" or "TLS 1.3".
std::string_view to_string(tls_version version) noexcept;

/// What a tls_context is made from. The defaults are the safe ones: a client checks its server
/// against the system's authorities, and nobody speaks less than TLS 1.2.
class tls_options {
public:
    tls_options() = default;

    /// Trusts the authorities in a PEM text instead of the system's. May be called repeatedly.
    tls_options& authority_pem(std::string_view text);

    /// The same from a file, which is read now. Throws std::system_error if it cannot be.
    tls_options& authority_file(const std::string& path);

    /// Trusts the system's authorities beside those that were named.
    tls_options& system_authorities();

    /// Whether a client checks its server's certificate and host name. Without the check anybody
    /// on the way can read and change everything.
    tls_options& verify(bool on);

    /// Makes a server refuse clients without a certificate from a trusted authority.
    tls_options& require_client_certificate();

    /// The certificate to show. A server needs one; a client shows it when it is asked to.
    tls_options& own_certificate(const certificate& shown);

    /// The same from PEM files, which are read now. Throws std::system_error if they cannot be.
    tls_options& own_certificate_files(const std::string& chain_path, const std::string& key_path);

    /// Adds an application protocol (ALPN, RFC 7301) after those that are preferred to it:
    /// protocol("h2").protocol("http/1.1"). Throws std::invalid_argument for a name of no bytes or
    /// more than 255.
    tls_options& protocol(std::string_view name);

    tls_options& minimum_version(tls_version version);

    /// Whether a client keeps tickets to resume sessions, and a server hands them out.
    tls_options& resume_sessions(bool on);

private:
    friend class tls_context;

    std::vector<std::string> authorities_;  // PEM, as the two below
    std::string own_chain_;
    std::string own_key_;
    std::string protocols_;  // as RFC 7301 sends them: each name behind a byte of its length
    tls_version minimum_version_ = tls_version::tls_1_2;
    bool trusts_system_ = false;
    bool verifies_ = true;
    bool requires_client_certificate_ = false;
    bool resumes_sessions_ = true;
};

}  // namespace eddy
