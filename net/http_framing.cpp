#include "http_framing.hpp"

#include <eddy/http_error.hpp>

#include "http_text.hpp"

#include <charconv>

namespace eddy::http {

namespace {

// Digits only: from_chars alone would stop at a letter, and others accept signs and blanks.
std::uint64_t parse_length(std::string_view digits) {
    std::uint64_t length = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stopped, problem] = std::from_chars(digits.data(), end, length);
    if (digits.empty() || !is_digit(digits.front()) || problem != std::errc() || stopped != end) {
        throw error(error_kind::bad_length, "Content-Length is \"" + std::string(digits) + '"');
    }
    return length;
}

}  // namespace

bool framing_fields::content_length(std::string_view value) {
    const bool repeated = length_.has_value();
    list_elements list(value);
    for (std::string_view element; list.next(element);) {
        const std::uint64_t length = parse_length(element);
        if (length_ && *length_ != length) {
            throw error(error_kind::ambiguous_framing, "Content-Length has two different values");
        }
        length_ = length;
    }
    return !repeated;
}

void framing_fields::transfer_encoding(std::string_view value, int minor_version) {
    if (minor_version == 0) {
        throw error(error_kind::bad_transfer_encoding, "Transfer-Encoding in HTTP/1.0");
    }
    if (chunked_ || !equals_ignoring_case(value, "chunked")) {
        throw error(error_kind::bad_transfer_encoding,
                    "Transfer-Encoding is not \"chunked\" alone, but \"" + std::string(value) +
                        '"');
    }
    chunked_ = true;
}

void framing_fields::check() const {
    if (kind_ == message_kind::request && ambiguous()) {
        throw error(error_kind::ambiguous_framing, "both Content-Length and Transfer-Encoding");
    }
}

body_framing framing_fields::of_request() const noexcept {
    if (chunked_) return body_framing{body_framing::by::chunks};
    if (length_.value_or(0) > 0) return body_framing{body_framing::by::length, *length_};
    return body_framing{};
}

body_framing framing_fields::of_response(method asked, int status) const noexcept {
    if (is_bodyless(asked, status)) return body_framing{};
    if (chunked_) return body_framing{body_framing::by::chunks};
    if (!length_) return body_framing{body_framing::by::close};
    if (*length_ == 0) return body_framing{};
    return body_framing{body_framing::by::length, *length_};
}

bool is_bodyless(method asked, int status) noexcept {
    return asked == method::head || status < 200 || status == 204 || status == 304;
}

}  // namespace eddy::http
