#include <eddy/certificate.hpp>

#include "openssl_error.hpp"
#include "openssl_handles.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace eddy {

namespace {

using key_ptr = openssl_ptr<EVP_PKEY>;
using certificate_ptr = openssl_ptr<X509>;
using time_point = std::chrono::system_clock::time_point;

std::string text_of(BIO* memory) {
    char* begin = nullptr;
    const long size = BIO_get_mem_data(memory, &begin);
    return {begin, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* made) {
    const openssl_ptr<BIO> memory(require_made(BIO_new(BIO_s_mem()), "write a certificate"));
    require(PEM_write_bio_X509(memory.get(), made) == 1, "write a certificate");
    return text_of(memory.get());
}

std::string to_pem(EVP_PKEY* key) {
    const openssl_ptr<BIO> memory(require_made(BIO_new(BIO_s_mem()), "write a key"));
    const int written =
        PEM_write_bio_PKCS8PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
    require(written == 1, "write a key");
    return text_of(memory.get());
}

certificate_ptr certificate_from_pem(const std::string& pem) {
    const openssl_ptr<BIO> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return certificate_ptr(require_made(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr),
                                        "read a certificate"));
}

key_ptr key_from_pem(const std::string& pem) {
    const openssl_ptr<BIO> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return key_ptr(require_made(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr),
                                "read a key"));
}

void set_random_serial(X509* made) {
    // 127 random bits: positive, and unpredictable as the CA/Browser Forum asks (7.1).
    unsigned char bytes[16];
    require(RAND_bytes(bytes, sizeof bytes) == 1, "choose a serial number");
    bytes[0] &= 0x7f;
    BIGNUM* number = BN_bin2bn(bytes, sizeof bytes, nullptr);
    const bool set = number != nullptr && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made));
    BN_free(number);
    require(set, "choose a serial number");
}

void set_common_name(X509* made, std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_UTF8, bytes,
                                       static_cast<int>(text.size()), -1, 0) == 1,
            "name a certificate's subject");
}

/// A certificate without names or purpose yet, valid from the one time until the other.
certificate_ptr make_certificate(EVP_PKEY* key, std::string_view subject, time_point from,
                                 time_point until) {
    certificate_ptr made(require_made(X509_new(), "make a certificate"));
    require(X509_set_version(made.get(), X509_VERSION_3) == 1, "make a certificate");
    set_random_serial(made.get());
    const auto seconds = [](time_point t) { return std::chrono::system_clock::to_time_t(t); };
    require(ASN1_TIME_set(X509_getm_notBefore(made.get()), seconds(from)) != nullptr &&
                ASN1_TIME_set(X509_getm_notAfter(made.get()), seconds(until)) != nullptr,
            "set a certificate's time");
    require(X509_set_pubkey(made.get(), key) == 1, "make a certificate");
    if (!subject.empty()) set_common_name(made.get(), subject);
    return made;
}

void add_extension(X509* made, X509* issuer, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, made, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    const bool added = extension != nullptr && X509_add_ext(made, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    require(added, "extend a certificate");
}

GENERAL_NAME* make_general_name(const std::string& host) {
    GENERAL_NAME* name = require_made(GENERAL_NAME_new(), "name a certificate's host");
    if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str())) {
        GENERAL_NAME_set0_value(name, GEN_IPADD, address);
        return name;
    }
    ASN1_IA5STRING* text = require_made(ASN1_IA5STRING_new(), "name a certificate's host");
    ASN1_STRING_set(text, host.data(), static_cast<int>(host.size()));
    GENERAL_NAME_set0_value(name, GEN_DNS, text);
    return name;
}

void add_names(X509* made, const std::vector<std::string>& hosts) {
    if (hosts.empty()) return;
    GENERAL_NAMES* names = require_made(GENERAL_NAMES_new(), "name a certificate's hosts");
    for (const std::string& host : hosts) sk_GENERAL_NAME_push(names, make_general_name(host));
    const int added = X509_add1_ext_i2d(made, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT);
    GENERAL_NAMES_free(names);
    require(added == 1, "name a certificate's hosts");
}

void sign(X509* made, X509* issuer, EVP_PKEY* issuer_key) {
    require(X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1 &&
                X509_sign(made, issuer_key, EVP_sha256()) > 0,
            "sign a certificate");
}

}  // namespace

certificate_authority::certificate_authority(std::string_view common_name) {
    const key_ptr key(require_made(EVP_EC_gen("P-256"), "make a key"));
    const time_point now = std::chrono::system_clock::now();
    const certificate_ptr made =
        make_certificate(key.get(), common_name, now - std::chrono::hours(24 * 365),
                         now + std::chrono::hours(24 * 3650));
    add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE");
    add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash");
    sign(made.get(), made.get(), key.get());
    own_ = {to_pem(made.get()), to_pem(key.get())};
}

certificate certificate_authority::issue(const certificate_request& request) const {
    const certificate_ptr authority = certificate_from_pem(own_.chain);
    const key_ptr authority_key = key_from_pem(own_.key);
    const key_ptr key(require_made(EVP_EC_gen("P-256"), "make a key"));
    const certificate_ptr made =
        make_certificate(key.get(), request.common_name_, request.from_, request.until_);
    X509* const issuer = authority.get();
    add_names(made.get(), request.names_);
    add_extension(made.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(made.get(), issuer, NID_key_usage, "critical,digitalSignature");
    add_extension(made.get(), issuer, NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(made.get(), issuer, NID_subject_key_identifier, "hash");
    add_extension(made.get(), issuer, NID_authority_key_identifier, "keyid:always");
    sign(made.get(), issuer, authority_key.get());
    return {to_pem(made.get()), to_pem(key.get())};
}

certificate certificate_authority::issue(std::string_view host) const {
    constexpr std::size_t longest_common_name = 64;  // RFC 5280, ub-common-name
    return issue(certificate_request().name(host).common_name(host.substr(0, longest_common_name)));
}

}  // namespace eddy
