#include "http_parser.hpp"

#include <eddy/http_error.hpp>

#include "http_grammar.hpp"
#include "http_text.hpp"

#include <algorithm>
#include <utility>

namespace eddy::http {

namespace {

constexpr std::size_t most_folded = 4 * 1024;

// What two parsers could take for the end of a line, or of a string.
bool has_hidden_end(std::string_view line) noexcept {
    return line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos;
}

std::string quoted_start(std::string_view text) {
    return '"' + std::string(text.substr(0, 16)) + '"';
}

bool is_version(std::string_view text) noexcept {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

// "HTTP/1.0" or "HTTP/1.1".
int minor_version_of(std::string_view version) {
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        throw error(error_kind::unsupported_version, "the version is " + std::string(version));
    }
    return version.back() - '0';
}

}  // namespace

std::size_t head_parser::feed(std::string_view received) {
    if (text_.empty()) text_.reserve(std::min<std::size_t>(received.size(), 1024));

    std::size_t taken = 0;
    while (!complete_ && taken < received.size()) {
        const std::size_t newline = received.find('\n', taken);
        const bool whole_line = newline != std::string_view::npos;
        const std::string_view piece =
            received.substr(taken, whole_line ? newline + 1 - taken : std::string_view::npos);
        text_ += piece;
        taken += piece.size();
        if (!in_fields_) check_start();
        check_room();
        if (whole_line) end_line();
    }
    return taken;
}

// Junk is refused by its first bytes, not after a whole line of it.
void head_parser::check_start() const {
    if (kind_ == message_kind::response) {
        constexpr std::string_view start = "HTTP/";
        const std::size_t known = std::min(text_.size(), start.size());
        if (text_.compare(0, known, start, 0, known) != 0) {
            throw error(error_kind::not_http, "the answer begins with " + quoted_start(text_));
        }
        return;
    }
    const char first = text_.front();
    if (!is_token_letter(first) && first != '\r' && first != '\n') {
        throw error(error_kind::bad_request_line, "the request begins with " + quoted_start(text_));
    }
}

void head_parser::check_room() const {
    if (text_.size() - line_start_ > limits_.line) {
        if (in_fields_) throw error(error_kind::header_line_too_long, "a header line is too long");
        throw error(error_kind::target_too_long, "the first line is too long");
    }
    if (text_.size() > limits_.block) {
        throw error(error_kind::header_block_too_large, "the headers are too large");
    }
}

void head_parser::end_line() {
    std::string_view line = std::string_view(text_).substr(line_start_);
    line.remove_suffix(1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    } else if (kind_ == message_kind::request) {
        throw error(error_kind::bad_header, "a line ends with LF alone");
    }
    if (has_hidden_end(line)) {
        throw error(error_kind::bad_header, "a CR or NUL in the line " + std::string(line));
    }

    if (line.empty() && in_fields_) {
        keep_line(0);
        return finish();
    }
    if (line.empty()) {
        // RFC 9112, 2.2: one empty line before a request is forgiven, more is not.
        if (std::exchange(skipped_blank_, true)) {
            throw error(error_kind::bad_request_line, "nothing but empty lines");
        }
        return text_.clear();
    }

    if (in_fields_) return is_blank(line.front()) ? fold(line) : field_line(line);
    if (kind_ == message_kind::request)
        request_line(line);
    else
        status_line(line);
    in_fields_ = true;
    keep_line(line.size());
}

void head_parser::keep_line(std::size_t size) {
    text_.resize(line_start_ + size);
    text_ += "\r\n";
    line_start_ = text_.size();
}

// As the one number that it is: "5, 5" is kept as "5", and so is what stands between tabs.
void head_parser::keep_length(std::size_t colon, const std::string& digits) {
    text_.replace(line_start_ + colon + 1, std::string::npos, digits);
    keep_line(colon + 1 + digits.size());
}

void head_parser::drop_line() {
    text_.resize(line_start_);
}

// RFC 9112, 3: method SP target SP version, and not a blank more.
void head_parser::request_line(std::string_view line) {
    const std::size_t method_end = line.find(' ');
    const std::size_t target_end = line.rfind(' ');
    if (method_end == std::string_view::npos || target_end <= method_end + 1) {
        throw error(error_kind::bad_request_line, "the request begins with " + quoted_start(line));
    }
    const std::string_view name = line.substr(0, method_end);
    const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
    const std::string_view version = line.substr(target_end + 1);
    if (!is_token(name) || !is_version(version) || has_control(target) ||
        std::ranges::any_of(target, is_blank)) {
        throw error(error_kind::bad_request_line, "the request begins with " + quoted_start(line));
    }
    head_.minor_version = minor_version_of(version);
    const auto known = parse_method(name);
    if (!known) throw error(error_kind::unsupported_method, "the method is " + std::string(name));
    head_.method = *known;
    head_.target = target;
}

// RFC 9112, 4: version SP three digits, and mostly SP and a reason.
void head_parser::status_line(std::string_view line) {
    const std::string_view version = line.substr(0, 8);
    if (!is_version(version)) {
        throw error(error_kind::not_http, "the answer begins with " + quoted_start(line));
    }
    head_.minor_version = minor_version_of(version);
    const std::string_view code = line.substr(8, 4);
    const std::string_view rest = line.substr(std::min<std::size_t>(line.size(), 12));
    const bool proper = code.size() == 4 && code[0] == ' ' && code[1] >= '1' && code[1] <= '9' &&
                        is_digit(code[2]) && is_digit(code[3]) &&
                        (rest.empty() || rest.front() == ' ');
    if (!proper || has_control(rest)) {
        throw error(error_kind::bad_status_line, "the status line is " + std::string(line));
    }
    head_.status = (code[1] - '0') * 100 + (code[2] - '0') * 10 + (code[3] - '0');
    head_.reason = rest.empty() ? rest : rest.substr(1);
}

// A continuation line (obs-fold, RFC 9112, 5.2) becomes one with the line before.
void head_parser::fold(std::string_view line) {
    if (kind_ == message_kind::request || !may_fold_) {
        throw error(error_kind::bad_header, "a header line begins with a blank");
    }
    folded_ += line.size();
    if (folded_ > most_folded) {
        throw error(error_kind::header_line_too_long, "a folded header is too long");
    }
    const std::string continuation(trimmed(line));
    line_start_ -= 2;  // the CR LF of the line before gives way
    text_.resize(line_start_);
    text_ += ' ';
    text_ += continuation;
    keep_line(1 + continuation.size());
}

void head_parser::field_line(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        throw error(error_kind::bad_header, "no header: " + std::string(line));
    }
    if (++count_ > limits_.count) {
        throw error(error_kind::too_many_headers, "there are too many headers");
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equals_ignoring_case(name, "content-length")) {
        may_fold_ = false;
        if (!head_.framing.content_length(value)) return drop_line();
        return keep_length(colon, std::string(trimmed(value.substr(0, value.find(',')))));
    }
    may_fold_ = !equals_ignoring_case(name, "transfer-encoding");
    if (!may_fold_) head_.framing.transfer_encoding(value, head_.minor_version);
    keep_line(line.size());
}

void head_parser::finish() {
    head_.framing.check();
    head_grammar::parse(std::move(text_), kind_, head_);
    complete_ = true;
}

message_head head_parser::take() {
    message_head whole = std::move(head_);
    reset();
    return whole;
}

void head_parser::reset() {
    head_ = message_head(kind_);
    text_.clear();
    line_start_ = count_ = folded_ = 0;
    in_fields_ = skipped_blank_ = may_fold_ = complete_ = false;
}

}  // namespace eddy::http
