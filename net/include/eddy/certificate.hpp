#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

/// A certificate with its private key, as PEM text. The chain starts with the certificate itself.
struct certificate {
    std::string chain;
    std::string key;

    /// Writes two new files: the key is for its owner only, the chain for whom new files are.
    /// Throws std::system_error.
    void write(const std::string& chain_path, const std::string& key_path) const;
};

/// What a new certificate shall say. Without setters it is valid from an hour ago for 90 days.
class certificate_request {
public:
    certificate_request() = default;

    /// Adds a host name ("*.example.com" too) or an IP address; the certificate is good for all.
    certificate_request& name(std::string_view host);

    /// Sets the subject, which is for people to read: hosts are checked by names alone.
    certificate_request& common_name(std::string_view text);

    /// Sets the time it is valid, to the second.
    certificate_request& valid(std::chrono::system_clock::time_point from,
                               std::chrono::system_clock::time_point until);

private:
    friend class certificate_authority;

    std::vector<std::string> names_;
    std::string common_name_;
    std::chrono::system_clock::time_point from_ =
        std::chrono::system_clock::now() - std::chrono::hours(1);
    std::chrono::system_clock::time_point until_ = from_ + std::chrono::hours(24 * 90);
};

/// A private authority with a new ECDSA P-256 key, for tests, demos and machines of one owner.
/// Whoever trusts its pem() trusts every certificate that it issues.
class certificate_authority {
public:
    explicit certificate_authority(std::string_view common_name = "private authority");

    /// Issues a certificate with a key of its own, for TLS servers and clients alike.
    certificate issue(const certificate_request& request) const;

    /// Issues a certificate for one host name or IP address.
    certificate issue(std::string_view host) const;

    /// The authority's own certificate, for tls_options::authority_pem.
    const std::string& pem() const noexcept { return own_.chain; }

    /// The authority's own certificate and key.
    const certificate& own() const noexcept { return own_; }

private:
    certificate own_;
};

}  // namespace eddy
