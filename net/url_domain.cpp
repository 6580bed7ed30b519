#include "ascii.hpp"
#include "idna.hpp"
#include "url_host.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace eddy {

namespace {

// A name has at most 253 letters, and a letter at most four bytes of UTF-8. This also bounds the
// time that a hostile name can take.
constexpr std::size_t max_domain_length = 253 * 4;

bool is_ascii(std::string_view text) noexcept {
    return std::ranges::all_of(
        text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
}

url_error append_label(std::string& output, std::string_view label) {
    std::string lower(label);
    std::ranges::transform(lower, lower.begin(), to_lower);
    if (!is_ascii(lower) || lower.starts_with("xn--")) return append_idna_label(output, lower);
    output += lower;
    return url_error::none;
}

struct dot {
    std::size_t begin;
    std::size_t length;
};

// Full stops of East Asian writing separate labels like '.' does.
dot find_dot(std::string_view domain) noexcept {
    constexpr std::array<std::string_view, 4> dots{".", "\xE3\x80\x82", "\xEF\xBC\x8E",
                                                   "\xEF\xBD\xA1"};
    dot first{domain.size(), 0};
    for (const std::string_view spelling : dots) {
        const std::size_t at = domain.find(spelling);
        if (at < first.begin) first = {at, spelling.size()};
    }
    return first;
}

}  // namespace

url_error append_domain_in_ascii(std::string& output, std::string_view domain) {
    if (domain.size() > max_domain_length) return url_error::invalid_domain;
    while (true) {
        const dot next = find_dot(domain);
        const url_error error = append_label(output, domain.substr(0, next.begin));
        if (error != url_error::none || next.length == 0) return error;
        output += '.';
        domain.remove_prefix(next.begin + next.length);
    }
}

}  // namespace eddy
