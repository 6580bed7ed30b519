#include <eddy/url.hpp>

#include "url_parser.hpp"
#include "url_scheme.hpp"
#include "utf8.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>

namespace eddy {

namespace {

constexpr bool is_control_or_space(char letter) noexcept {
    return static_cast<unsigned char>(letter) <= ' ';
}

constexpr bool is_tab_or_line_end(char letter) noexcept {
    return letter == '\t' || letter == '\n' || letter == '\r';
}

constexpr bool is_ascii(char letter) noexcept {
    return static_cast<unsigned char>(letter) < 0x80;
}

std::string_view without_outer_spaces(std::string_view text) noexcept {
    while (!text.empty() && is_control_or_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_control_or_space(text.back())) text.remove_suffix(1);
    return text;
}

bool needs_cleaning(std::string_view text) noexcept {
    return std::ranges::any_of(
        text, [](char letter) { return !is_ascii(letter) || is_tab_or_line_end(letter); });
}

// Malformed UTF-8 is replaced first: a line end may stand between two bytes that fit together.
std::string cleaned(std::string_view text) {
    std::string clean = well_formed_utf8(text);
    std::erase_if(clean, is_tab_or_line_end);
    return clean;
}

// For error messages: short, printable, and without what could be a password.
std::string quoted(std::string_view text) {
    constexpr std::size_t longest = 200;
    constexpr std::string_view digits = "0123456789abcdef";

    // Where no two slashes follow the scheme, the user name may begin behind its colon already.
    const std::size_t at_sign = text.rfind('@');
    const std::size_t scheme_end = text.find(':');
    const bool has_authority = text.substr(std::min(scheme_end, text.size())).starts_with("://");
    const std::size_t colon = has_authority ? text.find(':', scheme_end + 1) : scheme_end;
    const bool has_password = at_sign != text.npos && colon < at_sign;

    std::string result = "\"";
    for (std::size_t at = 0; at < text.size() && result.size() < longest; ++at) {
        if (has_password && at == colon + 1) {
            result += "***";
            at = at_sign;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        const bool printable = byte >= ' ' && byte <= '~';
        if (printable) {
            result += text[at];
        } else {
            result += "\\x";
            result += digits[byte >> 4];
            result += digits[byte & 15];
        }
    }
    return result += result.size() < longest ? "\"" : "...\"";
}

[[noreturn]] void throw_error(url_error error, std::string_view text) {
    throw std::system_error(error, "parse URL " + quoted(text));
}

url parse_or_throw(std::string_view text, const url* base) {
    url_or_error parsed = url::parse(text, base);
    if (!parsed) throw_error(parsed.error(), text);
    return *std::move(parsed);
}

}  // namespace

url_or_error url::parse(std::string_view text, const url* base) {
    text = without_outer_spaces(text);
    if (text.size() > max_length) return url_error::too_long;
    if (!needs_cleaning(text)) return url_parser(text, base).parse();
    const std::string clean = cleaned(text);
    return url_parser(clean, base).parse();
}

url::url(std::string_view text) : url(parse_or_throw(text, nullptr)) {}

url::url(std::string_view reference, const url& base) : url(parse_or_throw(reference, &base)) {}

url_or_error url::resolve(std::string_view reference) const {
    return parse(reference, this);
}

std::string_view url::username() const noexcept {
    return part(username_begin(), where_.username_end);
}

std::string_view url::password() const noexcept {
    const bool has_password = has_credentials() && href_[where_.username_end] == ':';
    return has_password ? part(where_.username_end + 1, where_.hostname_begin - 1)
                        : std::string_view();
}

std::string_view url::host() const noexcept {
    return part(where_.hostname_begin, authority_end());
}

std::string_view url::bare_hostname() const noexcept {
    if (where_.type_of_host != host_type::ipv6) return hostname();
    return part(where_.hostname_begin + 1, where_.hostname_end - 1);
}

std::optional<std::uint16_t> url::effective_port() const noexcept {
    if (where_.port) return where_.port;
    const special_scheme* special = find_special_scheme(scheme());
    if (!special || special->is_file()) return std::nullopt;
    return special->default_port;
}

bool url::has_opaque_path() const noexcept {
    return !has_authority() && !path().starts_with('/');
}

std::string_view url::query() const noexcept {
    return has_query() ? part(where_.query_begin + 1, where_.fragment_begin) : std::string_view();
}

std::string_view url::fragment() const noexcept {
    return has_fragment() ? part(where_.fragment_begin + 1, href_.size()) : std::string_view();
}

std::string url::origin() const {
    if (scheme() == "blob") {
        const url_or_error inner = parse(path());
        const bool has_origin = inner && (inner->scheme() == "http" || inner->scheme() == "https");
        return has_origin ? inner->origin() : "null";
    }
    const special_scheme* special = find_special_scheme(scheme());
    if (!special || special->is_file()) return "null";
    std::string result(part(0, where_.scheme_end + 3));
    result += host();
    return result;
}

url url::with_fragment_removed() const {
    url result;
    result.href_.assign(href_, 0, where_.fragment_begin);
    result.where_ = where_;
    return result;
}

url url::with_credentials_removed() const {
    if (!has_credentials()) return *this;
    std::string text(part(0, username_begin()));
    text += part(where_.hostname_begin, href_.size());
    return url(text);
}

url url::with_query(std::string_view query) const {
    std::string text(part(0, where_.query_begin));
    if (!query.empty()) {
        text += '?';
        append_percent_encoded(text, well_formed_utf8(query), percent_encode_set::query);
    }
    text += part(where_.fragment_begin, href_.size());
    return url(text);
}

std::size_t url::authority_end() const noexcept {
    return has_authority() ? where_.path_begin : where_.hostname_end;
}

bool same_origin(const url& one, const url& other) noexcept {
    const special_scheme* special = find_special_scheme(one.scheme());
    return special && !special->is_file() && one.scheme() == other.scheme() &&
           one.host() == other.host();
}

}  // namespace eddy
