#pragma once

#include <eddy/http_error.hpp>
#include <eddy/http_options.hpp>

#include "http_body.hpp"
#include "http_failure.hpp"
#include "http_parser.hpp"
#include "http_pool.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace eddy::http {

/// One request and its response on one connection. When the whole response has been read, its end
/// gives the connection back to the pool; ended earlier, it closes the connection.
class exchange {
public:
    /// `url` is for error messages; `started` is when the request began.
    exchange(lease held, const client_limits& limits, const timeouts& patience,
             std::string_view url, time_point started);
    exchange(exchange&&) = default;
    exchange& operator=(exchange&&) = delete;
    ~exchange() { finish(); }

    /// The request says that it is the last one on its connection.
    void close_afterwards() noexcept { last_ = true; }

    /// Sends a request, `text` first and then `rest`, and receives the head of its response.
    task<> run(method asked, std::string_view text, std::string_view rest);

    /// Whether the request may be sent again after `run` failed like this: its connection had been
    /// used before and ended without a byte of a response (RFC 9112, 9.3.1).
    bool may_be_replayed(const error& failure) const noexcept;
    /// The lease without its connection, which is closed: for another attempt.
    lease take_lease() noexcept;

    message_head& head() noexcept { return head_; }
    /// How many bytes the body has, if the head says so.
    std::optional<std::uint64_t> body_length() const noexcept;

    /// The next part of the body; empty at its end. It stays in place until the next call. Throws
    /// http::error, whatever went wrong, and from then on the same one again.
    task<std::span<char>> next();
    /// The part of the body that can be had without waiting. Throws as `next` does.
    std::span<char> available();
    bool is_complete() const noexcept { return body_ && body_->complete(); }
    /// Gives the rest of the body up and closes the connection: throws `why`, as `next` does from
    /// then on.
    [[noreturn]] void fail_in_body(const error& why);

    /// Lets go of the connection.
    void finish() noexcept;

    /// Where an error that happens now happened.
    error_context context() const;

private:
    class write_scope;

    task<> look_behind_last_response();
    task<> send(std::string_view text);
    bool is_refused() noexcept;
    bool is_satisfied() const noexcept { return head_.status < 300; }  // once it has answered
    task<> receive_head(method asked);
    void parse_head();
    void take_head();
    std::span<char> decode();
    void drain() noexcept;
    bool is_reusable() const noexcept;
    duration idle_expiry() const noexcept;
    connection& on() const noexcept { return *held_.get(); }

    lease held_;
    client_limits limits_;
    timeouts patience_;
    std::string url_;
    time_point started_;
    phase phase_ = phase::send;
    bool reused_;  // the connection has served a request before

    std::size_t written_ = 0;
    bool sent_ = false;      // the whole request
    bool received_ = false;  // a byte of the response
    bool idempotent_ = false;
    bool last_ = false;  // the connection ends with this request
    std::exception_ptr write_failure_;
    head_parser parser_;
    int informational_ = 0;            // how many 1xx responses have come
    bool answered_ = false;            // by another one, and `head_` is its head
    std::exception_ptr head_failure_;  // why there is none, if that showed while sending
    message_head head_;
    std::optional<body_decoder> body_;
    std::optional<error> body_failure_;  // if set, the connection is gone
};

}  // namespace eddy::http
