#include <eddy/http_message.hpp>

#include <eddy/http_error.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace eddy::http {

namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 9> method_names{
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT",
};

struct status_entry {
    int status;
    std::string_view reason;
};

// The registry of RFC 9110, 16.2.1, ascending.
constexpr std::array<status_entry, 61> statuses{{
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
}};

}  // namespace

std::string_view to_string(method verb) noexcept {
    return method_names[static_cast<std::size_t>(verb)];
}

std::optional<method> parse_method(std::string_view name) noexcept {
    const auto found = std::ranges::find(method_names, name);
    if (found == method_names.end()) return std::nullopt;
    return static_cast<method>(found - method_names.begin());
}

bool is_idempotent(method verb) noexcept {
    return verb != method::post && verb != method::patch && verb != method::connect;
}

std::string_view reason_phrase(int status) noexcept {
    const auto found = std::ranges::lower_bound(statuses, status, {}, &status_entry::status);
    if (found == statuses.end() || found->status != status) return {};
    return found->reason;
}

std::string_view request::path() const noexcept {
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view request::query() const noexcept {
    const std::size_t mark = target.find('?');
    if (mark == std::string::npos) return {};
    return std::string_view(target).substr(mark + 1);
}

response::response(int code, std::string text, std::string_view type)
    : status(code), body(std::move(text)) {
    headers.add("Content-Type", type);
}

const response& response::raise_for_status() const& {
    if (status < 400) return *this;
    const std::string_view words =
        reason.empty() ? reason_phrase(status) : std::string_view(reason);
    error_context where;
    where.url = redacted(url);
    where.phase = phase::done;
    throw error(error_kind::bad_status, std::to_string(status) + ' ' + std::string(words))
        .with(std::move(where));
}

response&& response::raise_for_status() && {
    std::as_const(*this).raise_for_status();
    return std::move(*this);
}

}  // namespace eddy::http
