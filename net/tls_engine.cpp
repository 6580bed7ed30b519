#include <eddy/tls_engine.hpp>

#include "openssl_error.hpp"
#include "openssl_handles.hpp"
#include "tls_context_state.hpp"
#include "tls_failure.hpp"
#include "tls_wire.hpp"

#include <algorithm>
#include <cassert>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace eddy {

/// The members point at each other (`ssl` at `wire` and `notes`), so this never moves.
struct tls_engine::connection {
    explicit connection(std::shared_ptr<tls_context::state> shared);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    bool has_something_to_read() const noexcept;
    tls_progress judge(const char* verb, int outcome);
    tls_progress wait_for_input(const char* verb);
    tls_progress fail(tls_error error);

    std::shared_ptr<tls_context::state> context;
    std::string peer = "a client";  // for messages
    tls_connection_notes notes;
    tls_wire wire;
    openssl_ptr<SSL> ssl;
    std::optional<tls_error> failure;
    std::size_t answers = 0;  // bytes that reading has made OpenSSL write since the last output
    bool is_broken = false;   // OpenSSL has given up: every call fails with `failure`
};

namespace {

constexpr std::size_t most_per_write = 64 * 1024;

// Reading makes OpenSSL answer some messages: it refuses a renegotiation, updates a key. The
// answers go out with whatever is written next, so a peer that asks and asks would fill our memory.
constexpr std::size_t most_answers = 4096;

/// SSL_get_error goes wrong when other code left errors in this thread's queue. Looking first is
/// worth it: clearing an empty queue takes 120 ns (OpenSSL 3.0), a tenth of a small record.
void forget_old_errors() {
    if (ERR_peek_error() != 0) ERR_clear_error();
}

/// What is left of a host as the URL has it: no zone ("fe80::1%eth0"), no final dot.
std::string plain_name(std::string_view host) {
    host = host.substr(0, host.find('%'));
    if (host.ends_with('.')) host.remove_suffix(1);
    // OpenSSL takes an empty name for "any host", and one with a dot in front for "any below".
    if (host.empty() || host.front() == '.' || host.find('\0') != host.npos) {
        throw std::invalid_argument("not a host name to check a certificate for");
    }
    return std::string(host);
}

void expect_host(SSL* ssl, const std::string& host) {
    X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return;  // RFC 6066: no SNI
    require(X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size()) == 1 &&
                SSL_set_tlsext_host_name(ssl, host.c_str()) == 1,
            "name the server");
}

}  // namespace

tls_engine::connection::connection(std::shared_ptr<tls_context::state> shared)
    : context(std::move(shared)), ssl(require_made(SSL_new(context->settings.get()), "start TLS")) {
    BIO* const bio = wire.make_bio().release();
    SSL_set_bio(ssl.get(), bio, bio);
    SSL_set_app_data(ssl.get(), &notes);
}

tls_engine::connection::~connection() {
    // Without this OpenSSL takes the end of a connection that nobody closed for an attack and
    // makes its session unusable; since TLS 1.1 that is no longer asked for (RFC 4346, 7.2.1).
    if (!is_broken) SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

tls_progress tls_engine::connection::fail(tls_error error) {
    failure = std::move(error);
    return tls_progress::failed;
}

/// Without a look into this each read would try, fail for want of input, and try again after it
/// came: 0.4 µs more for every response.
bool tls_engine::connection::has_something_to_read() const noexcept {
    return wire.has_input() || SSL_has_pending(ssl.get()) == 1 ||
           (SSL_get_shutdown(ssl.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
}

tls_progress tls_engine::connection::judge(const char* verb, int outcome) {
    const int reason = SSL_get_error(ssl.get(), outcome);
    if (reason == SSL_ERROR_WANT_READ) return wait_for_input(verb);
    if (reason == SSL_ERROR_ZERO_RETURN) return tls_progress::closed;
    is_broken = true;
    return fail(
        explain_tls_failure(std::string(verb) + " " + peer, notes.problem, wire.first_bytes()));
}

tls_progress tls_engine::connection::wait_for_input(const char* verb) {
    if (!wire.has_ended()) return tls_progress::wants_input;
    return fail(tls_error(tls_errc::truncated, std::string(verb) + " " + peer));
}

tls_engine::tls_engine(std::unique_ptr<connection> made) noexcept : connection_(std::move(made)) {}
tls_engine::tls_engine(tls_engine&&) noexcept = default;
tls_engine& tls_engine::operator=(tls_engine&&) noexcept = default;
tls_engine::~tls_engine() = default;

tls_engine tls_engine::connect(const tls_context& context, std::string_view server_name,
                               std::uint16_t port) {
    assert(!context.state_->is_server);
    auto made = std::make_unique<connection>(context.state_);
    SSL* const ssl = made->ssl.get();
    SSL_set_connect_state(ssl);
    made->peer = plain_name(server_name);
    expect_host(ssl, made->peer);
    if (context.state_->resumes_sessions) {
        made->notes.session_key = made->peer + ":" + std::to_string(port);
        const auto session = context.state_->sessions.take(made->notes.session_key);
        if (session != nullptr) SSL_set_session(ssl, session.get());
    }
    return tls_engine(std::move(made));
}

tls_engine tls_engine::accept(const tls_context& context) {
    assert(context.state_->is_server);
    auto made = std::make_unique<connection>(context.state_);
    SSL_set_accept_state(made->ssl.get());
    return tls_engine(std::move(made));
}

tls_progress tls_engine::handshake() {
    connection& self = *connection_;
    if (self.is_broken) return tls_progress::failed;
    forget_old_errors();
    const int outcome = SSL_do_handshake(self.ssl.get());
    if (outcome == 1) return tls_progress::done;
    const tls_progress progress = self.judge("handshake with", outcome);
    if (progress != tls_progress::closed) return progress;
    return self.fail(tls_error(tls_errc::truncated, "handshake with " + self.peer));
}

tls_engine::transfer tls_engine::read(std::span<std::byte> plaintext) {
    connection& self = *connection_;
    if (self.is_broken) return {tls_progress::failed, 0};
    if (!self.has_something_to_read()) return {self.wait_for_input("read from"), 0};
    forget_old_errors();
    const std::size_t unsent = self.wire.unsent();
    std::size_t total = 0;
    do {
        std::size_t size = 0;
        const int outcome =
            SSL_read_ex(self.ssl.get(), &plaintext[total], plaintext.size() - total, &size);
        total += size;
        if (outcome != 1) {
            // After some data, whatever this is will be there for the next call as well.
            const tls_progress progress = self.judge("read from", outcome);
            if (total == 0 && progress != tls_progress::wants_input) return {progress, 0};
            break;
        }
    } while (total < plaintext.size() && self.wire.has_input());
    self.answers += self.wire.unsent() - unsent;
    if (self.answers > most_answers) {
        self.is_broken = true;
        return {self.fail(tls_error(tls_errc::protocol,
                                    "too many requests to answer: read from " + self.peer)),
                0};
    }
    return {total > 0 ? tls_progress::done : tls_progress::wants_input, total};
}

tls_engine::transfer tls_engine::write(std::span<const std::byte> plaintext) {
    connection& self = *connection_;
    if (self.is_broken) return {tls_progress::failed, 0};
    if (is_sending()) {
        return {self.fail(tls_error(tls_errc::write_unfinished, "write to " + self.peer)), 0};
    }
    forget_old_errors();
    plaintext = plaintext.first(std::min(plaintext.size(), most_per_write));
    std::size_t total = 0;
    while (total < plaintext.size()) {
        std::size_t size = 0;
        const int outcome =
            SSL_write_ex(self.ssl.get(), &plaintext[total], plaintext.size() - total, &size);
        if (outcome != 1) return {self.judge("write to", outcome), 0};
        total += size;
    }
    return {tls_progress::done, total};
}

void tls_engine::close() {
    connection& self = *connection_;
    if (self.is_broken || is_sending() || SSL_in_init(self.ssl.get())) return;
    forget_old_errors();
    SSL_shutdown(self.ssl.get());
}

std::span<std::byte> tls_engine::input_space() {
    return connection_->wire.input_space();
}
void tls_engine::received(std::size_t size) {
    connection_->wire.received(size);
}
std::span<const std::byte> tls_engine::output() noexcept {
    connection_->answers = 0;
    return connection_->wire.output();
}
void tls_engine::sent(std::size_t size) noexcept {
    connection_->wire.sent(size);
}
bool tls_engine::is_sending() const noexcept {
    return connection_->wire.is_sending();
}

tls_error tls_engine::error() const {
    return connection_->failure.value();
}

std::string_view tls_engine::alpn() const noexcept {
    const unsigned char* name = nullptr;
    unsigned int size = 0;
    SSL_get0_alpn_selected(connection_->ssl.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
}

tls_version tls_engine::version() const noexcept {
    const bool newest = SSL_version(connection_->ssl.get()) >= TLS1_3_VERSION;
    return newest ? tls_version::tls_1_3 : tls_version::tls_1_2;
}

std::string_view tls_engine::cipher() const noexcept {
    return SSL_get_cipher_name(connection_->ssl.get());
}

bool tls_engine::session_reused() const noexcept {
    return SSL_session_reused(connection_->ssl.get()) == 1;
}

}  // namespace eddy
