#pragma once

#include <memory>

struct bio_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_session_st;
struct ssl_st;
struct x509_st;

namespace eddy {

/// Frees what OpenSSL made. Its types are only named here, so that its headers stay in .cpp files.
struct openssl_free {
    void operator()(bio_st* object) const noexcept;
    void operator()(evp_pkey_st* object) const noexcept;
    void operator()(ssl_ctx_st* object) const noexcept;
    void operator()(ssl_session_st* object) const noexcept;
    void operator()(ssl_st* object) const noexcept;
    void operator()(x509_st* object) const noexcept;
};

template <typename Object>
using openssl_ptr = std::unique_ptr<Object, openssl_free>;

}  // namespace eddy
