#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace eddy::http {

/// What went wrong, one value per cause. The first word of a group says whose fault it was.
enum class error_kind : std::uint8_t {
    // usage: the caller's
    invalid_url = 1,
    unsupported_scheme,
    invalid_method,
    invalid_header,
    closed_client,
    // timeout: time that ran out while …
    pool_timeout,
    connect_timeout,
    write_timeout,
    read_timeout,
    total_timeout,
    // connect
    host_not_found,
    resolve_failed,
    connection_refused,
    unreachable,
    no_descriptors,
    connect_failed,
    // tls
    certificate_rejected,
    tls_failed,
    // network: after the connection stood
    connection_reset,
    closed_before_response,
    closed_in_head,
    // protocol: the peer's
    not_http,
    bad_request_line,
    bad_status_line,
    bad_header,
    bad_length,
    bad_chunk,
    bad_transfer_encoding,
    ambiguous_framing,
    unsupported_method,
    unsupported_version,
    unsupported_expectation,
    unexpected_upgrade,
    // limit: ours, which the peer exceeded
    target_too_long,
    header_line_too_long,
    header_block_too_large,
    too_many_headers,
    too_many_informational,
    body_too_large,
    too_many_redirects,
    // body
    body_truncated,
    // redirect
    redirect_loop,
    bad_location,
    redirect_downgrade,
    redirect_scheme,
    // status: only by raise_for_status
    bad_status,
};

/// The family of a kind, for callers who only care whether, say, it was some timeout.
enum class error_group : std::uint8_t {
    usage,
    timeout,
    connect,
    tls,
    network,
    protocol,
    limit,
    body,
    redirect,
    status,
};

/// How far a request had come.
enum class phase : std::uint8_t {
    prepare,
    pool,
    resolve,
    connect,
    tls,
    send,
    receive_head,
    receive_body,
    redirect,
    done,
};

error_group group_of(error_kind kind) noexcept;
std::string_view to_string(error_kind kind) noexcept;
std::string_view to_string(phase at) noexcept;

/// Every kind as an std::error_code, to carry it where exceptions may not go.
std::error_code make_error_code(error_kind kind) noexcept;

/// Control bytes and backslashes of text from the wire as \xNN, so that a peer cannot write to our
/// terminal or forge lines of our log.
std::string escaped(std::string_view text);

/// A URL without its user name and password, escaped.
std::string redacted(std::string_view url);

/// The same of a text that is none, where nobody knows what belongs to the password: all is left
/// out that may.
std::string redacted_text(std::string_view text);

/// Which request an error happened to.
struct error_context {
    std::string url;   ///< redacted; empty on the server
    std::string peer;  ///< "127.0.0.1:80"; empty before it is known
    http::phase phase = http::phase::prepare;
    bool reused = false;                  ///< on a kept-alive connection
    std::chrono::nanoseconds elapsed{0};  ///< since the request began
};

/// What every HTTP operation throws, cancellation excepted. what() reads "bad_chunk: a chunk size
/// is no hexadecimal number (GET …)" and is safe to print.
class error : public std::exception {
public:
    /// `detail` may quote the peer: it is escaped here.
    error(error_kind kind, std::string_view detail, std::error_code cause = {});

    error_kind kind() const noexcept { return kind_; }
    error_group group() const noexcept { return group_of(kind_); }
    http::phase phase() const noexcept { return context_.phase; }
    const std::string& url() const noexcept { return context_.url; }
    const std::string& peer() const noexcept { return context_.peer; }
    bool reused() const noexcept { return context_.reused; }
    std::chrono::nanoseconds elapsed() const noexcept { return context_.elapsed; }
    /// What the operating system or the TLS library said, if it was asked.
    std::error_code cause() const noexcept { return cause_; }
    std::error_code code() const noexcept { return make_error_code(kind_); }

    const char* what() const noexcept override { return message_.c_str(); }

    /// The same error, told where it happened.
    error with(error_context context) const;

private:
    void compose();

    error_kind kind_;
    std::error_code cause_;
    std::string detail_;
    error_context context_;
    std::string message_;
};

}  // namespace eddy::http

template <>
struct std::is_error_code_enum<eddy::http::error_kind> : std::true_type {};
