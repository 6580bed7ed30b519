#include "openssl_error.hpp"

#include <stdexcept>

#include <openssl/err.h>

namespace eddy {

std::string openssl_reason() {
    const unsigned long error = ERR_peek_error();
    ERR_clear_error();
    const char* reason = ERR_reason_error_string(error);
    return reason == nullptr ? "no reason given" : reason;
}

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(what + (": " + openssl_reason()));
}

}  // namespace eddy
