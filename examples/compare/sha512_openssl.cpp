#include "sha512.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace comparison {
namespace {

struct context_deleter {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
struct digest_deleter {
    void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
};

void must(bool succeeded) {
    if (!succeeded) throw std::runtime_error("OpenSSL cannot compute SHA-512");
}

}  // namespace

struct sha512::state {
    std::unique_ptr<EVP_MD, digest_deleter> algorithm{EVP_MD_fetch(nullptr, "SHA512", nullptr)};
    std::unique_ptr<EVP_MD_CTX, context_deleter> context{EVP_MD_CTX_new()};
};

sha512::sha512() : state_(std::make_unique<state>()) {
    must(state_->algorithm && state_->context);
}

sha512::~sha512() = default;

sha512_digest sha512::operator()(std::string_view text) {
    EVP_MD_CTX* const context = state_->context.get();
    sha512_digest digest;
    must(EVP_DigestInit_ex2(context, state_->algorithm.get(), nullptr) == 1);
    must(EVP_DigestUpdate(context, text.data(), text.size()) == 1);
    must(EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
    return digest;
}

}  // namespace comparison
