#pragma once

#include <eddy/http_error.hpp>
#include <eddy/http_message.hpp>
#include <eddy/task.hpp>

#include <optional>
#include <ostream>
#include <string>

namespace eddy::testing {

/// How a request ended: with a response, or with an http::error.
struct http_ending {
    explicit http_ending(http::response response) : answered(std::move(response)) {}
    explicit http_ending(const http::error& failure) : failed(failure) {}

    std::optional<http::response> answered;
    std::optional<http::error> failed;

    bool operator==(int status) const { return answered && answered->status == status; }
    bool operator==(http::error_kind kind) const { return failed && failed->kind() == kind; }
    const std::string& body() const { return answered.value().body; }
};

inline std::ostream& operator<<(std::ostream& out, const http_ending& how) {
    if (how.failed) return out << how.failed->what();
    return out << how.answered->status << " \"" << how.answered->body << '"';
}

/// Awaits a request and tells how it ended.
inline task<http_ending> ending_of_request(task<http::response> request) {
    std::optional<http::error> failure;
    try {
        co_return http_ending(co_await std::move(request));
    } catch (const http::error& thrown) {
        failure = thrown;
    }
    co_return http_ending(*failure);
}

}  // namespace eddy::testing
