// Stands in for OpenSSL's half of TLS where OpenSSL was not found, or was not wanted
// (EDDY_TLS=OFF). A TLS connection needs a context, and none can be made here.
#include <eddy/certificate.hpp>
#include <eddy/tls_context.hpp>
#include <eddy/tls_engine.hpp>
#include <eddy/tls_error.hpp>

#include <exception>

namespace eddy {

struct tls_context::state {};
struct tls_engine::connection {};

bool has_tls() noexcept {
    return false;
}

tls_context tls_context::client(const tls_options&) {
    throw tls_error(tls_errc::not_built_in, "make a TLS context");
}
tls_context tls_context::server(const tls_options&) {
    throw tls_error(tls_errc::not_built_in, "make a TLS context");
}

certificate_authority::certificate_authority(std::string_view) {
    throw tls_error(tls_errc::not_built_in, "make a certificate");
}
certificate certificate_authority::issue(const certificate_request&) const {
    throw tls_error(tls_errc::not_built_in, "make a certificate");
}
certificate certificate_authority::issue(std::string_view) const {
    throw tls_error(tls_errc::not_built_in, "make a certificate");
}

tls_engine tls_engine::connect(const tls_context&, std::string_view, std::uint16_t) {
    throw tls_error(tls_errc::not_built_in, "connect");
}
tls_engine tls_engine::accept(const tls_context&) {
    throw tls_error(tls_errc::not_built_in, "accept");
}

// There is no engine to call these on. tls_stream, a template, has to be linked all the same.
tls_engine::tls_engine(tls_engine&&) noexcept = default;
tls_engine& tls_engine::operator=(tls_engine&&) noexcept = default;
tls_engine::~tls_engine() = default;
tls_progress tls_engine::handshake() {
    std::terminate();
}
tls_engine::transfer tls_engine::read(std::span<std::byte>) {
    std::terminate();
}
tls_engine::transfer tls_engine::write(std::span<const std::byte>) {
    std::terminate();
}
void tls_engine::close() {
    std::terminate();
}
std::span<std::byte> tls_engine::input_space() {
    std::terminate();
}
void tls_engine::received(std::size_t) {
    std::terminate();
}
std::span<const std::byte> tls_engine::output() noexcept {
    std::terminate();
}
void tls_engine::sent(std::size_t) noexcept {
    std::terminate();
}
bool tls_engine::is_sending() const noexcept {
    std::terminate();
}
tls_error tls_engine::error() const {
    std::terminate();
}
std::string_view tls_engine::alpn() const noexcept {
    std::terminate();
}
tls_version tls_engine::version() const noexcept {
    std::terminate();
}
std::string_view tls_engine::cipher() const noexcept {
    std::terminate();
}
bool tls_engine::session_reused() const noexcept {
    std::terminate();
}

}  // namespace eddy
