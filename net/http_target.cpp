#include "http_target.hpp"

#include <eddy/http_error.hpp>

#include "http_text.hpp"

#include <algorithm>

namespace eddy::http {

namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw error(error_kind::bad_request_line, why);
}

// RFC 3986, 3.2.2 and 3.2.3, without the user: letters, a bracketed IPv6 address, a port.
bool is_host_letter(char letter) noexcept {
    if (is_alpha(letter) || is_digit(letter)) return true;
    return std::string_view("-._~%!$&'()*+,;=:[]").find(letter) != std::string_view::npos;
}

void check_host(std::string_view host) {
    if (!std::ranges::all_of(host, is_host_letter)) {
        throw error(error_kind::bad_header, "the host is \"" + std::string(host) + '"');
    }
}

std::string host_field(const message_head& head) {
    const std::size_t count = head.headers.count("host");
    if (count > 1) throw error(error_kind::bad_header, "more than one Host");
    if (count == 0 && head.minor_version > 0) throw error(error_kind::bad_header, "no Host");
    const std::string host(head.headers.find("host").value_or(""));
    check_host(host);
    return host;
}

// "http://host/path" is what clients send to proxies; it outweighs the Host field.
request_target split_absolute(std::string_view target, std::size_t authority) {
    const std::size_t authority_end =
        std::min(target.find_first_of("/?", authority), target.size());
    const std::string_view host = target.substr(authority, authority_end - authority);
    if (host.empty()) refuse("the target has no host");
    check_host(host);
    const std::string_view rest = target.substr(authority_end);
    return {(rest.starts_with('/') ? "" : "/") + std::string(rest), std::string(host)};
}

}  // namespace

request_target resolve_target(const message_head& head) {
    std::string host = host_field(head);
    const std::string& target = head.target;
    if (target.find('#') != std::string::npos) refuse("the target has a fragment");
    if (target.starts_with('/')) return {target, std::move(host)};
    if (target == "*") {
        if (head.method != method::options) refuse("the target * is for OPTIONS only");
        return {target, std::move(host)};
    }
    const std::string_view scheme = std::string_view(target).substr(0, target.find("://"));
    if (!equals_ignoring_case(scheme, "http") && !equals_ignoring_case(scheme, "https")) {
        refuse("the target is \"" + target + '"');
    }
    return split_absolute(target, scheme.size() + 3);
}

}  // namespace eddy::http
