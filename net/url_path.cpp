#include "url_path.hpp"

#include "ascii.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>

namespace eddy {

namespace {

// The length of a dot at the front, which may be written "%2e"; 0 if there is none.
std::size_t leading_dot(std::string_view text) noexcept {
    if (text.starts_with('.')) return 1;
    if (text.starts_with("%2e") || text.starts_with("%2E")) return 3;
    return 0;
}

// How many dots the segment consists of, or 0 if anything else is in it.
int count_dots(std::string_view segment) noexcept {
    int dots = 0;
    while (const std::size_t length = leading_dot(segment)) {
        segment.remove_prefix(length);
        ++dots;
    }
    return segment.empty() ? dots : 0;
}

}  // namespace

bool is_drive_letter(std::string_view segment) noexcept {
    return segment.size() == 2 && is_alpha(segment[0]) && (segment[1] == ':' || segment[1] == '|');
}

bool starts_with_drive_letter(std::string_view text) noexcept {
    if (!is_drive_letter(text.substr(0, 2))) return false;
    return text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos;
}

bool has_drive_letter(std::string_view path) noexcept {
    return path.size() > 2 && is_drive_letter(path.substr(1, 2)) && path[2] == ':' &&
           (path.size() == 3 || path[3] == '/');
}

void shorten_path(std::string& href, std::size_t path_begin, const special_scheme* scheme) {
    const std::string_view path = std::string_view(href).substr(path_begin);
    if (path.empty()) return;
    const bool only_a_drive =
        scheme && scheme->is_file() && path.size() == 3 && has_drive_letter(path);
    if (!only_a_drive) href.resize(path_begin + path.rfind('/'));
}

void append_path(std::string& href, std::size_t path_begin, std::string_view& rest,
                 const special_scheme* scheme) {
    const auto ends_segment = [scheme](char letter) {
        return letter == '/' || letter == '?' || letter == '#' || (letter == '\\' && scheme);
    };
    while (true) {
        const auto length = std::ranges::find_if(rest, ends_segment) - rest.begin();
        const std::string_view segment = rest.substr(0, static_cast<std::size_t>(length));
        rest.remove_prefix(segment.size());
        const bool last = rest.empty() || rest.front() == '?' || rest.front() == '#';

        const int dots = count_dots(segment);
        if (dots == 2) shorten_path(href, path_begin, scheme);
        if (dots == 1 || dots == 2) {
            if (last) href += '/';
        } else {
            const bool is_drive = scheme && scheme->is_file() && href.size() == path_begin &&
                                  is_drive_letter(segment);
            href += '/';
            append_percent_encoded(href, segment, percent_encode_set::path);
            if (is_drive) href.back() = ':';
        }
        if (last) return;
        rest.remove_prefix(1);
    }
}

}  // namespace eddy
