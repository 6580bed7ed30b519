#include <eddy/tls_options.hpp>

#include <eddy/file_path.hpp>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace eddy {

namespace {

std::string read_file(const std::string& path) {
    errno = 0;
    std::ifstream file(to_path(path), std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (!file) throw std::system_error(errno, std::generic_category(), "read " + path);
    return text;
}

}  // namespace

std::string_view to_string(tls_version version) noexcept {
    return version == tls_version::tls_1_2 ? "TLS 1.2" : "TLS 1.3";
}

tls_options& tls_options::authority_pem(std::string_view text) {
    authorities_.emplace_back(text);
    return *this;
}

tls_options& tls_options::authority_file(const std::string& path) {
    return authority_pem(read_file(path));
}

tls_options& tls_options::system_authorities() {
    trusts_system_ = true;
    return *this;
}

tls_options& tls_options::verify(bool on) {
    verifies_ = on;
    return *this;
}

tls_options& tls_options::require_client_certificate() {
    requires_client_certificate_ = true;
    return *this;
}

tls_options& tls_options::own_certificate(const certificate& shown) {
    own_chain_ = shown.chain;
    own_key_ = shown.key;
    return *this;
}

tls_options& tls_options::own_certificate_files(const std::string& chain_path,
                                                const std::string& key_path) {
    own_chain_ = read_file(chain_path);
    own_key_ = read_file(key_path);
    return *this;
}

tls_options& tls_options::protocol(std::string_view name) {
    if (name.empty() || name.size() > 255) {
        throw std::invalid_argument("an ALPN protocol name has 1 to 255 bytes");
    }
    protocols_.push_back(static_cast<char>(name.size()));
    protocols_.append(name);
    return *this;
}

tls_options& tls_options::minimum_version(tls_version version) {
    minimum_version_ = version;
    return *this;
}

tls_options& tls_options::resume_sessions(bool on) {
    resumes_sessions_ = on;
    return *this;
}

}  // namespace eddy
