#include <eddy/tls_context.hpp>

#include "openssl_error.hpp"
#include "tls_context_state.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

namespace eddy {

namespace {

openssl_ptr<BIO> open_text(const std::string& text) {
    return openssl_ptr<BIO>(
        require_made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), "read PEM"));
}

// Without this OpenSSL would ask on the terminal for the password of an encrypted key.
int refuse_password(char*, int, int, void*) noexcept {
    return -1;
}

std::vector<openssl_ptr<X509>> parse_certificates(const std::string& text) {
    const auto memory = open_text(text);
    std::vector<openssl_ptr<X509>> found;
    while (X509* next = PEM_read_bio_X509(memory.get(), nullptr, refuse_password, nullptr)) {
        found.emplace_back(next);
    }
    const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    require(at_end && !found.empty(), "read certificates");
    ERR_clear_error();
    return found;
}

openssl_ptr<EVP_PKEY> parse_key(const std::string& text) {
    const auto memory = open_text(text);
    return openssl_ptr<EVP_PKEY>(
        require_made(PEM_read_bio_PrivateKey(memory.get(), nullptr, refuse_password, nullptr),
                     "read a private key"));
}

void trust(SSL_CTX* settings, const std::string& authorities, bool is_server) {
    for (const auto& authority : parse_certificates(authorities)) {
        X509_STORE* const store = SSL_CTX_get_cert_store(settings);
        require(X509_STORE_add_cert(store, authority.get()) == 1, "trust an authority");
        // A server tells its clients whose certificates it takes.
        if (is_server) SSL_CTX_add_client_CA(settings, authority.get());
    }
}

void show(SSL_CTX* settings, const std::string& chain_text, const std::string& key_text) {
    const auto chain = parse_certificates(chain_text);
    require(SSL_CTX_use_certificate(settings, chain.front().get()) == 1, "use the certificate");
    for (std::size_t i = 1; i < chain.size(); ++i) {
        require(SSL_CTX_add1_chain_cert(settings, chain[i].get()) == 1, "use the chain");
    }
    const auto key = parse_key(key_text);
    require(SSL_CTX_use_PrivateKey(settings, key.get()) == 1 &&
                SSL_CTX_check_private_key(settings) == 1,
            "use the private key");
}

std::string describe(const X509_NAME* name) {
    if (name == nullptr) return {};
    constexpr std::size_t longest = 256;
    const openssl_ptr<BIO> memory(BIO_new(BIO_s_mem()));
    if (memory == nullptr) return {};
    X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253);
    char* begin = nullptr;
    const auto size = static_cast<std::size_t>(BIO_get_mem_data(memory.get(), &begin));
    return {begin, std::min(size, longest)};
}

// The callbacks below are called by C code, which no exception can cross: they are noexcept.

int note_problem(int passed, X509_STORE_CTX* check) noexcept {
    if (passed == 1) return 1;
    const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(check, index));
    auto* notes = static_cast<tls_connection_notes*>(SSL_get_app_data(ssl));
    const X509* refused = X509_STORE_CTX_get_current_cert(check);
    notes->problem = certificate_problem{
        X509_STORE_CTX_get_error(check), X509_STORE_CTX_get_error_depth(check),
        describe(refused == nullptr ? nullptr : X509_get_subject_name(refused))};
    return 0;
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size,
                    void* own_protocols) noexcept {
    const auto& own = *static_cast<const std::string*>(own_protocols);
    unsigned char* match = nullptr;
    const int outcome =
        SSL_select_next_proto(&match, size, reinterpret_cast<const unsigned char*>(own.data()),
                              static_cast<unsigned int>(own.size()), offered, offered_size);
    // RFC 7301, 3.2: without a common protocol the server shall say so and give up.
    if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
    *chosen = match;
    return SSL_TLSEXT_ERR_OK;
}

void offer_protocols(SSL_CTX* settings, std::string& protocols, bool is_server) {
    if (protocols.empty()) return;
    if (is_server) {
        SSL_CTX_set_alpn_select_cb(settings, choose_protocol, &protocols);
        return;
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(protocols.data());
    const auto size = static_cast<unsigned int>(protocols.size());
    require(SSL_CTX_set_alpn_protos(settings, bytes, size) == 0, "offer protocols");
}

void set_rules(SSL_CTX* settings, tls_version minimum) {
    const int version = minimum == tls_version::tls_1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
    require(SSL_CTX_set_min_proto_version(settings, version) == 1, "set the minimum version");
    // Level 2: no RSA below 2048 bits, no curves below 224, no SHA-1 signatures.
    SSL_CTX_set_security_level(settings, 2);
    // AES-128 first, as browsers do: as safe in practice, and faster.
    require(SSL_CTX_set_ciphersuites(settings, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:"
                                               "TLS_CHACHA20_POLY1305_SHA256") == 1,
            "choose the ciphers");
    SSL_CTX_set_options(settings, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(settings, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
}

int keep_session(SSL* ssl, SSL_SESSION* session) noexcept {
    const auto* notes = static_cast<const tls_connection_notes*>(SSL_get_app_data(ssl));
    if (notes->session_key.empty()) return 0;
    auto* cache = static_cast<tls_session_cache*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    cache->put(notes->session_key, openssl_ptr<SSL_SESSION>(session));
    return 1;  // the cache owns the session now
}

void resume_as_client(SSL_CTX* settings, tls_session_cache& cache) {
    SSL_CTX_set_app_data(settings, &cache);
    SSL_CTX_sess_set_new_cb(settings, keep_session);
    SSL_CTX_set_session_cache_mode(settings,
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
}

void resume_as_server(SSL_CTX* settings, bool resumes) {
    // All a server needs to resume is in the tickets, which it encrypts with a key of this context.
    SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_OFF);
    constexpr unsigned char name[] = "eddy";
    require(SSL_CTX_set_session_id_context(settings, name, sizeof name) == 1, "name the sessions");
    if (resumes) return;
    SSL_CTX_set_options(settings, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(settings, 0);
}

}  // namespace

bool has_tls() noexcept {
    return true;
}

tls_context::tls_context(std::shared_ptr<state> shared) noexcept : state_(std::move(shared)) {}

tls_context tls_context::client(const tls_options& options) {
    return make(options, false);
}

tls_context tls_context::server(const tls_options& options) {
    if (options.own_chain_.empty()) {
        throw std::invalid_argument("a TLS server needs a certificate of its own");
    }
    if (options.requires_client_certificate_ && options.authorities_.empty()) {
        throw std::invalid_argument("a TLS server that checks its clients needs an authority");
    }
    return make(options, true);
}

tls_context tls_context::make(const tls_options& options, bool is_server) {
    ERR_clear_error();  // of others, which `require` would report
    auto made = std::make_shared<state>();
    made->is_server = is_server;
    made->resumes_sessions = options.resumes_sessions_;
    made->protocols = options.protocols_;
    made->settings.reset(require_made(
        SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()), "make a TLS context"));

    SSL_CTX* const settings = made->settings.get();
    set_rules(settings, options.minimum_version_);
    for (const std::string& pem : options.authorities_) trust(settings, pem, is_server);
    if (options.trusts_system_ || (options.authorities_.empty() && !is_server)) {
        require(SSL_CTX_set_default_verify_paths(settings) == 1, "find the system's authorities");
    }
    if (!options.own_chain_.empty()) show(settings, options.own_chain_, options.own_key_);
    if (is_server ? options.requires_client_certificate_ : options.verifies_) {
        SSL_CTX_set_verify(settings, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           note_problem);
    }
    offer_protocols(settings, made->protocols, is_server);
    if (is_server) resume_as_server(settings, options.resumes_sessions_);
    if (!is_server && options.resumes_sessions_) resume_as_client(settings, made->sessions);
    return tls_context(std::move(made));
}

}  // namespace eddy
