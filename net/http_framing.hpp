#pragma once

#include <eddy/http_message.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace eddy::http {

/// Whose rules apply: requests are read by a server, which forgives nothing, because a proxy before
/// it may read the same bytes differently; responses by a client, which must live with old servers.
enum class message_kind : std::uint8_t { request, response };

/// How the end of a body is found (RFC 9112, 6.3).
struct body_framing {
    enum class by : std::uint8_t { nothing, length, chunks, close };

    by end = by::nothing;
    std::uint64_t length = 0;  ///< only with by::length

    bool operator==(const body_framing&) const noexcept = default;
};

/// What Content-Length and Transfer-Encoding of one message say, checked as they come.
class framing_fields {
public:
    explicit framing_fields(message_kind kind) noexcept : kind_(kind) {}

    /// Takes the value of a Content-Length. Returns false if it only repeats an earlier one, so
    /// that the field is superfluous. Throws http::error for anything but one number.
    bool content_length(std::string_view value);
    /// Only "chunked" once, and only in HTTP/1.1, is understood: anything else throws.
    void transfer_encoding(std::string_view value, int minor_version);
    /// To be called at the end of the head: refuses a request that has both.
    void check() const;

    std::optional<std::uint64_t> length() const noexcept { return length_; }
    bool chunked() const noexcept { return chunked_; }
    /// Both were there: what follows such a response on its connection cannot be trusted.
    bool ambiguous() const noexcept { return chunked_ && length_.has_value(); }

    body_framing of_request() const noexcept;
    /// `asked` is the method of the request that is answered: HEAD gets no body.
    body_framing of_response(method asked, int status) const noexcept;

private:
    message_kind kind_;
    std::optional<std::uint64_t> length_;
    bool chunked_ = false;
};

/// Whether a response to `asked` with this status never has a body, whatever its fields say.
bool is_bodyless(method asked, int status) noexcept;

}  // namespace eddy::http
