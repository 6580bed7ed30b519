#include "http_writer.hpp"

#include <eddy/http_error.hpp>

#include "http_framing.hpp"
#include "http_text.hpp"

#include <array>
#include <chrono>

namespace eddy::http {

namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

[[noreturn]] void refuse(const header& field, std::string_view why) {
    throw error(error_kind::invalid_header,
                std::string(field.name) + ": " + std::string(field.value) + ' ' + std::string(why));
}

// Whether a header of the user is one that the library writes itself.
bool is_ours(const header& field, std::string_view host, std::string_view length) {
    if (equals_ignoring_case(field.name, "host")) {
        if (field.value != host) refuse(field, "is not the host of the URL");
        return true;
    }
    if (equals_ignoring_case(field.name, "content-length")) {
        if (field.value != length) refuse(field, "is not the size of the body");
        return true;
    }
    if (equals_ignoring_case(field.name, "transfer-encoding")) refuse(field, "is for us to say");
    return false;
}

bool promises_a_body(method verb) noexcept {
    return verb == method::post || verb == method::put || verb == method::patch;
}

bool is_framing(std::string_view name) noexcept {
    return equals_ignoring_case(name, "content-length") ||
           equals_ignoring_case(name, "transfer-encoding") ||
           equals_ignoring_case(name, "connection");
}

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

void append_length(std::string& out, const response& answer, method asked) {
    if (answer.status < 200 || answer.status == 204 || answer.status == 304) return;
    const auto said = answer.headers.find("content-length");
    if (asked == method::head && said && is_number(*said))
        return append_field(out, "Content-Length", *said);
    append_field(out, "Content-Length", std::to_string(answer.body.size()));
}

// Two digits, without the machinery of a format library.
void append_two(std::string& out, unsigned number) {
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
}

}  // namespace

void append_request_head(std::string& out, method verb, std::string_view target,
                         std::string_view host, const headers& own, const headers& defaults,
                         std::uint64_t body_size) {
    out.append(to_string(verb)).append(" ").append(target).append(" HTTP/1.1\r\n");
    append_field(out, "Host", host);

    std::string length;
    if (body_size > 0 || promises_a_body(verb)) {
        length = std::to_string(body_size);
        append_field(out, "Content-Length", length);
    }
    for (const header each : defaults) {
        if (own.contains(each.name) || is_ours(each, host, length)) continue;
        append_field(out, each.name, each.value);
    }
    for (const header each : own) {
        if (!is_ours(each, host, length)) append_field(out, each.name, each.value);
    }
    out.append("\r\n");
}

bool append_response_head(std::string& out, const response& answer, const response_style& style) {
    const std::string code = std::to_string(answer.status);
    const bool own_words = !answer.reason.empty() && !has_control(answer.reason);
    out.append("HTTP/1.1 ").append(code).append(" ");
    out.append(own_words ? std::string_view(answer.reason) : reason_phrase(answer.status));
    out.append("\r\n");

    if (!answer.headers.contains("date")) append_field(out, "Date", style.date);
    for (const header each : answer.headers) {
        if (!is_framing(each.name)) append_field(out, each.name, each.value);
    }
    append_length(out, answer, style.asked);
    if (!style.keep_alive)
        append_field(out, "Connection", "close");
    else if (style.minor_version == 0)
        append_field(out, "Connection", "keep-alive");
    out.append("\r\n");
    return !is_bodyless(style.asked, answer.status) && !answer.body.empty();
}

std::string http_date(std::time_t seconds) {
    constexpr std::array<std::string_view, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<std::string_view, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    };
    using namespace std::chrono;
    const sys_seconds moment{std::chrono::seconds(seconds)};
    const sys_days day = floor<std::chrono::days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{moment - day};

    std::string text(days[weekday{day}.c_encoding()]);
    text += ", ";
    append_two(text, unsigned{date.day()});
    text += ' ';
    text += months[unsigned{date.month()} - 1];
    text += ' ' + std::to_string(int{date.year()}) + ' ';
    append_two(text, static_cast<unsigned>(time.hours().count()));
    text += ':';
    append_two(text, static_cast<unsigned>(time.minutes().count()));
    text += ':';
    append_two(text, static_cast<unsigned>(time.seconds().count()));
    return text + " GMT";
}

}  // namespace eddy::http
