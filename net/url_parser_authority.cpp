#include "url_parser.hpp"

#include "ascii.hpp"
#include "url_host.hpp"
#include "url_path.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

// The states between the two slashes and the path: user, host and port.
namespace eddy {

namespace {

// Up to the colon before the port, which is the first one outside of brackets.
std::size_t length_of_host(std::string_view text) noexcept {
    bool in_brackets = false;
    const auto colon = std::ranges::find_if(text, [&in_brackets](char letter) {
        if (letter == '[') in_brackets = true;
        if (letter == ']') in_brackets = false;
        return letter == ':' && !in_brackets;
    });
    return static_cast<std::size_t>(colon - text.begin());
}

}  // namespace

bool url_parser::parse_authority() {
    // The scheme, and for other schemes its first slash, are taken. Special ones allow any number.
    if (is_special()) {
        rest_.remove_prefix(std::min(rest_.find_first_not_of("/\\"), rest_.size()));
    } else {
        rest_.remove_prefix(1);
    }
    href_ += "//";
    where_.username_end = here();

    std::string_view text = take_until(is_special() ? "/\\?#" : "/?#");
    // The last one: "http://a@b@c" has the user "a@b". What stands behind it is the host.
    const std::size_t at_sign = text.rfind('@');
    if (at_sign != std::string_view::npos) {
        append_credentials(text.substr(0, at_sign));
        text.remove_prefix(at_sign + 1);
        if (text.empty()) return fail(url_error::missing_host);
    }
    where_.hostname_begin = here();

    const std::size_t length = length_of_host(text);
    const bool has_port = length < text.size();
    if (length == 0 && (has_port || is_special())) return fail(url_error::missing_host);
    if (!append_host(text.substr(0, length))) return false;
    if (has_port && !append_port(text.substr(length + 1))) return false;
    where_.path_begin = here();
    return parse_after_host();
}

void url_parser::append_credentials(std::string_view credentials) {
    const std::size_t begin = href_.size();
    const std::size_t colon = credentials.find(':');
    append_percent_encoded(href_, credentials.substr(0, colon), percent_encode_set::userinfo);
    where_.username_end = here();
    if (colon != std::string_view::npos && colon + 1 < credentials.size()) {
        href_ += ':';
        append_percent_encoded(href_, credentials.substr(colon + 1), percent_encode_set::userinfo);
    }
    if (href_.size() > begin) href_ += '@';
}

bool url_parser::append_host(std::string_view text) {
    if (text.empty()) {
        where_.type_of_host = host_type::empty;
    } else {
        const host_result host =
            is_special() ? append_special_host(href_, text) : append_opaque_host(href_, text);
        if (host.error != url_error::none) return fail(host.error);
        where_.type_of_host = host.type;
    }
    where_.hostname_end = here();
    return true;
}

bool url_parser::append_port(std::string_view text) {
    if (!std::ranges::all_of(text, is_digit)) return fail(url_error::invalid_port);
    if (text.empty()) return true;
    unsigned port = 0;
    for (const char digit : text) {
        port = port * 10 + hex_value(digit);
        if (port > 65535) return fail(url_error::port_out_of_range);
    }
    if (is_special() && port == scheme_->default_port) return true;
    where_.port = static_cast<std::uint16_t>(port);
    href_ += ':';
    href_ += std::to_string(port);
    return true;
}

bool url_parser::parse_file_host() {
    const std::string_view before = rest_;
    const std::string_view text = take_until("/\\?#");
    begin_with_empty_host();
    if (is_drive_letter(text)) {
        rest_ = before;  // "file://C:/": it is the first segment of the path
        return parse_path();
    }
    if (!text.empty()) {
        if (!append_host(text)) return false;
        if (url_.hostname() == "localhost") {
            href_.resize(where_.hostname_begin);
            where_.hostname_end = here();
            where_.type_of_host = host_type::empty;
        }
        where_.path_begin = here();
    }
    return parse_after_host();
}

bool url_parser::parse_after_host() {
    // Only URLs of other schemes may have a host and no path at all.
    if (take_slash() || is_special()) return parse_path();
    where_.query_begin = here();
    return parse_query_and_fragment();
}

void url_parser::begin_without_host() {
    where_.username_end = where_.hostname_begin = where_.hostname_end = where_.path_begin = here();
}

void url_parser::begin_with_empty_host() {
    if (href_.empty()) begin_with_scheme_of_base();
    href_ += "//";
    where_.type_of_host = host_type::empty;
    begin_without_host();
}

}  // namespace eddy
