#pragma once

#include <eddy/http_message.hpp>
#include <eddy/task.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace eddy::http {

class exchange;
class client_core;

/// A response whose body is read while it arrives. Nothing is read ahead: a slow reader slows the
/// server down. The destructor gives the connection back if the body has come to its end, else
/// closes it; it never waits.
class response_stream {
public:
    response_stream(response_stream&&) noexcept;
    response_stream& operator=(response_stream&&) noexcept;
    ~response_stream();

    int status() const noexcept { return head_.status; }
    const http::headers& headers() const noexcept { return head_.headers; }
    /// What answered in the end.
    const std::string& url() const noexcept { return head_.url; }
    const std::vector<std::string>& history() const noexcept { return head_.history; }
    /// The size of the body, if the server said it.
    std::optional<std::uint64_t> length() const noexcept { return length_; }

    /// Waits for the next part of the body; an empty one is the end. It stays in place until the
    /// next call. Throws http::error, body_truncated if the connection ends first.
    task<std::span<const std::byte>> next();

    /// The rest of the body. Throws http::error (body_too_large) beyond `limit` bytes.
    task<std::string> read_all(std::uint64_t limit);

private:
    friend class client_core;
    response_stream(std::shared_ptr<client_core> core, std::unique_ptr<exchange> rest,
                    response head);

    std::shared_ptr<client_core> core_;  // whose pool the exchange goes back to
    std::unique_ptr<exchange> exchange_;
    response head_;  // without the body
    std::optional<std::uint64_t> length_;
};

}  // namespace eddy::http
