#include <eddy/http_response_stream.hpp>

#include <eddy/http_error.hpp>

#include "http_client_core.hpp"

#include <utility>

namespace eddy::http {

response_stream::response_stream(std::shared_ptr<client_core> core, std::unique_ptr<exchange> rest,
                                 response head)
    : core_(std::move(core)),
      exchange_(std::move(rest)),
      head_(std::move(head)),
      length_(exchange_->body_length()) {}

response_stream::response_stream(response_stream&&) noexcept = default;

response_stream& response_stream::operator=(response_stream&& other) noexcept {
    // The old exchange goes before the core whose pool it belongs to.
    exchange_ = std::move(other.exchange_);
    core_ = std::move(other.core_);
    head_ = std::move(other.head_);
    length_ = other.length_;
    return *this;
}

response_stream::~response_stream() = default;

task<std::span<const std::byte>> response_stream::next() {
    const std::span<char> part = co_await exchange_->next();
    if (part.empty()) exchange_->finish();
    co_return std::as_bytes(part);
}

task<std::string> response_stream::read_all(std::uint64_t limit) {
    std::string all;
    for (;;) {
        const std::span<char> part = co_await exchange_->next();
        if (part.empty()) break;
        if (part.size() > limit - all.size()) {
            const std::string size = std::to_string(limit);
            exchange_->fail_in_body(
                error(error_kind::body_too_large, "the body exceeds " + size + " bytes"));
        }
        all.append(part.data(), part.size());
    }
    exchange_->finish();
    co_return all;
}

}  // namespace eddy::http
