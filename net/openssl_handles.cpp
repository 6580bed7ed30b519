#include "openssl_handles.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace eddy {

void openssl_free::operator()(bio_st* object) const noexcept {
    BIO_free_all(object);
}
void openssl_free::operator()(evp_pkey_st* object) const noexcept {
    EVP_PKEY_free(object);
}
void openssl_free::operator()(ssl_ctx_st* object) const noexcept {
    SSL_CTX_free(object);
}
void openssl_free::operator()(ssl_session_st* object) const noexcept {
    SSL_SESSION_free(object);
}
void openssl_free::operator()(ssl_st* object) const noexcept {
    SSL_free(object);
}
void openssl_free::operator()(x509_st* object) const noexcept {
    X509_free(object);
}

}  // namespace eddy
