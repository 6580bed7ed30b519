#include <eddy/http_error.hpp>

#include <array>

namespace eddy::http {

namespace {

struct kind_entry {
    error_kind kind;
    error_group group;
    std::string_view name;
};

using enum error_kind;

// In the order of the enumeration, so that a kind is its own index (less one).
constexpr std::array<kind_entry, 46> kinds{{
    {invalid_url, error_group::usage, "invalid_url"},
    {unsupported_scheme, error_group::usage, "unsupported_scheme"},
    {invalid_method, error_group::usage, "invalid_method"},
    {invalid_header, error_group::usage, "invalid_header"},
    {closed_client, error_group::usage, "closed_client"},
    {pool_timeout, error_group::timeout, "pool_timeout"},
    {connect_timeout, error_group::timeout, "connect_timeout"},
    {write_timeout, error_group::timeout, "write_timeout"},
    {read_timeout, error_group::timeout, "read_timeout"},
    {total_timeout, error_group::timeout, "total_timeout"},
    {host_not_found, error_group::connect, "host_not_found"},
    {resolve_failed, error_group::connect, "resolve_failed"},
    {connection_refused, error_group::connect, "connection_refused"},
    {unreachable, error_group::connect, "unreachable"},
    {no_descriptors, error_group::connect, "no_descriptors"},
    {connect_failed, error_group::connect, "connect_failed"},
    {certificate_rejected, error_group::tls, "certificate_rejected"},
    {tls_failed, error_group::tls, "tls_failed"},
    {connection_reset, error_group::network, "connection_reset"},
    {closed_before_response, error_group::network, "closed_before_response"},
    {closed_in_head, error_group::network, "closed_in_head"},
    {not_http, error_group::protocol, "not_http"},
    {bad_request_line, error_group::protocol, "bad_request_line"},
    {bad_status_line, error_group::protocol, "bad_status_line"},
    {bad_header, error_group::protocol, "bad_header"},
    {bad_length, error_group::protocol, "bad_length"},
    {bad_chunk, error_group::protocol, "bad_chunk"},
    {bad_transfer_encoding, error_group::protocol, "bad_transfer_encoding"},
    {ambiguous_framing, error_group::protocol, "ambiguous_framing"},
    {unsupported_method, error_group::protocol, "unsupported_method"},
    {unsupported_version, error_group::protocol, "unsupported_version"},
    {unsupported_expectation, error_group::protocol, "unsupported_expectation"},
    {unexpected_upgrade, error_group::protocol, "unexpected_upgrade"},
    {target_too_long, error_group::limit, "target_too_long"},
    {header_line_too_long, error_group::limit, "header_line_too_long"},
    {header_block_too_large, error_group::limit, "header_block_too_large"},
    {too_many_headers, error_group::limit, "too_many_headers"},
    {too_many_informational, error_group::limit, "too_many_informational"},
    {body_too_large, error_group::limit, "body_too_large"},
    {too_many_redirects, error_group::limit, "too_many_redirects"},
    {body_truncated, error_group::body, "body_truncated"},
    {redirect_loop, error_group::redirect, "redirect_loop"},
    {bad_location, error_group::redirect, "bad_location"},
    {redirect_downgrade, error_group::redirect, "redirect_downgrade"},
    {redirect_scheme, error_group::redirect, "redirect_scheme"},
    {bad_status, error_group::status, "bad_status"},
}};

constexpr bool each_kind_is_its_own_index() {
    for (std::size_t at = 0; at < kinds.size(); ++at) {
        if (static_cast<std::size_t>(kinds[at].kind) != at + 1) return false;
    }
    return true;
}
static_assert(each_kind_is_its_own_index());

const kind_entry& entry_of(error_kind kind) noexcept {
    return kinds[static_cast<std::size_t>(kind) - 1];
}

class http_category : public std::error_category {
public:
    const char* name() const noexcept override { return "http"; }
    std::string message(int value) const override {
        if (value < 1 || static_cast<std::size_t>(value) > kinds.size()) return "unknown";
        return std::string(kinds[static_cast<std::size_t>(value) - 1].name);
    }
};

std::string milliseconds(std::chrono::nanoseconds time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

}  // namespace

error_group group_of(error_kind kind) noexcept {
    return entry_of(kind).group;
}

std::string_view to_string(error_kind kind) noexcept {
    return entry_of(kind).name;
}

std::string_view to_string(phase at) noexcept {
    constexpr std::array<std::string_view, 10> names{
        "preparing", "waiting for a connection", "resolving",          "connecting",  "securing",
        "sending",   "awaiting headers",         "receiving the body", "redirecting", "done",
    };
    return names[static_cast<std::size_t>(at)];
}

std::error_code make_error_code(error_kind kind) noexcept {
    static const http_category category;
    return std::error_code(static_cast<int>(kind), category);
}

std::string escaped(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string safe;
    safe.reserve(text.size());
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        // Bytes from 0x80 on could be terminal controls (C1) in disguise: they go too.
        const bool harmless = byte >= 0x20 && byte < 0x7f && letter != '\\';
        if (harmless) {
            safe += letter;
        } else {
            safe += "\\x";
            safe += digits[byte >> 4];
            safe += digits[byte & 15];
        }
    }
    return safe;
}

std::string redacted(std::string_view url) {
    const std::size_t scheme_end = url.find("://");
    if (scheme_end == std::string_view::npos) return escaped(url);
    const std::size_t host_start = scheme_end + 3;
    const std::size_t host_end = url.find_first_of("/?#\\", host_start);
    const std::size_t user_end = url.substr(0, host_end).rfind('@');
    if (user_end == std::string_view::npos || user_end < host_start) return escaped(url);
    return escaped(url.substr(0, host_start)) + escaped(url.substr(user_end + 1));
}

std::string redacted_text(std::string_view text) {
    const std::size_t user_end = text.rfind('@');
    if (user_end == std::string_view::npos) return escaped(text);
    // The parser takes fewer slashes than two as well, and none.
    std::size_t start = text.substr(0, user_end).find(':');
    start = start == std::string_view::npos ? 0 : text.find_first_not_of("/\\", start + 1);
    return escaped(text.substr(0, start)) + escaped(text.substr(user_end + 1));
}

error::error(error_kind kind, std::string_view detail, std::error_code cause)
    : kind_(kind), cause_(cause), detail_(escaped(detail)) {
    compose();
}

error error::with(error_context context) const {
    error placed = *this;
    placed.context_ = std::move(context);
    placed.compose();
    return placed;
}

void error::compose() {
    message_ = to_string(kind_);
    message_ += ": ";
    message_ += detail_;
    if (cause_) message_ += ": " + escaped(cause_.message());
    if (context_.url.empty()) return;

    message_ += " (" + context_.url;
    if (!context_.peer.empty()) message_ += " at " + context_.peer;
    if (context_.reused) message_ += ", reused connection";
    message_ += ", ";
    message_ += to_string(context_.phase);
    message_ += ", after " + milliseconds(context_.elapsed) + " ms)";
}

}  // namespace eddy::http
