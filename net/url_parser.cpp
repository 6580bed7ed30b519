#include "url_parser.hpp"

#include "ascii.hpp"
#include "url_path.hpp"

#include <eddy/percent_encoding.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace eddy {

url_or_error url_parser::parse() {
    if (!(parse_scheme() ? parse_after_scheme() : parse_without_scheme())) return error_;
    if (href_.size() > url::max_length) return url_error::too_long;
    return std::move(url_);
}

// Takes nothing if there is no scheme: the text is relative then.
bool url_parser::parse_scheme() {
    if (rest_.empty() || !is_alpha(rest_.front())) return false;
    const auto is_scheme_letter = [](char letter) {
        return is_alpha(letter) || is_digit(letter) || letter == '+' || letter == '-' ||
               letter == '.';
    };
    const auto end = std::ranges::find_if_not(rest_, is_scheme_letter);
    if (end == rest_.end() || *end != ':') return false;

    // Most URLs need no more room than their text, a slash and a few letters to encode.
    href_.reserve(rest_.size() + 8);
    std::transform(rest_.begin(), end, std::back_inserter(href_), to_lower);
    where_.scheme_end = here();
    scheme_ = find_special_scheme(href_);
    href_ += ':';
    rest_.remove_prefix(href_.size());
    return true;
}

bool url_parser::parse_after_scheme() {
    const bool same_scheme = base_ && base_->scheme() == url_.scheme();
    if (is_file()) {
        if (!same_scheme) base_ = nullptr;
        return parse_file();
    }
    if (is_special()) {
        // "http:page" is relative to a base of the same scheme: an old habit that browsers keep.
        if (same_scheme && !rest_.starts_with("//")) return parse_relative();
        return parse_authority();
    }
    if (!rest_.starts_with('/')) {
        begin_without_host();
        return parse_opaque_path();
    }
    rest_.remove_prefix(1);
    if (rest_.starts_with('/')) return parse_authority();
    begin_without_host();
    return parse_path();
}

bool url_parser::parse_without_scheme() {
    if (!base_) return fail(url_error::missing_scheme);
    if (base_->has_opaque_path()) {
        if (!rest_.starts_with('#')) return fail(url_error::opaque_base);
        url_ = base_->with_fragment_removed();
        return parse_query_and_fragment();
    }
    scheme_ = find_special_scheme(base_->scheme());
    return is_file() ? parse_file() : parse_relative();
}

bool url_parser::parse_relative() {
    if (take_slash()) {
        if (starts_with_slash()) {
            begin_with_scheme_of_base();
            return parse_authority();
        }
        begin_with_authority_of_base();
        return parse_path();
    }
    begin_with_authority_of_base();
    href_ += base_->path();
    return parse_after_base_path();
}

// The path is the one of the base already. Whatever is left replaces its end.
bool url_parser::parse_after_base_path() {
    if (!rest_.empty() && rest_.front() != '?' && rest_.front() != '#') {
        shorten_path(href_, where_.path_begin, scheme_);
        return parse_path();
    }
    end_path();
    if (!rest_.starts_with('?')) {
        href_.append(base_->href_, base_->where_.query_begin,
                     base_->where_.fragment_begin - base_->where_.query_begin);
    }
    return parse_query_and_fragment();
}

void url_parser::begin_with_scheme_of_base() {
    href_.reserve(base_->where_.scheme_end + rest_.size() + 8);
    href_.assign(base_->href_, 0, base_->where_.scheme_end + 1);
    where_.scheme_end = base_->where_.scheme_end;
}

void url_parser::begin_with_authority_of_base() {
    href_.reserve(base_->where_.fragment_begin + rest_.size() + 8);
    href_.assign(base_->href_, 0, base_->authority_end());
    where_ = base_->where_;
    where_.path_begin = here();
}

// The base, if there is one, is a file too.
bool url_parser::parse_file() {
    if (take_slash()) return parse_file_after_slash();
    if (!base_) {
        begin_with_empty_host();
        return parse_path();
    }
    begin_with_authority_of_base();
    if (starts_with_drive_letter(rest_)) return parse_path();
    href_ += base_->path();
    return parse_after_base_path();
}

bool url_parser::parse_file_after_slash() {
    if (take_slash()) return parse_file_host();
    if (!base_) {
        begin_with_empty_host();
        return parse_path();
    }
    // "/etc" stays on the drive of the base.
    begin_with_authority_of_base();
    if (!starts_with_drive_letter(rest_) && has_drive_letter(base_->path())) {
        href_ += base_->path().substr(0, 3);
    }
    return parse_path();
}

// The slash in front is taken.
bool url_parser::parse_path() {
    append_path(href_, where_.path_begin, rest_, scheme_);
    end_path();
    return parse_query_and_fragment();
}

void url_parser::end_path() {
    // Without a host, two slashes at the front would look as if one came: "web:/.//path" has none.
    if (!url_.has_authority() && href_.compare(where_.path_begin, 2, "//") == 0) {
        href_.insert(where_.path_begin, "/.");
        where_.path_begin += 2;
    }
    where_.query_begin = here();
}

bool url_parser::parse_opaque_path() {
    const std::string_view path = take_until("?#");
    append_percent_encoded(href_, path, percent_encode_set::c0_control);
    // A space at the end would be lost if what follows it were.
    if (path.ends_with(' ')) {
        href_.pop_back();
        href_ += "%20";
    }
    where_.query_begin = here();
    return parse_query_and_fragment();
}

bool url_parser::parse_query_and_fragment() {
    if (rest_.starts_with('?')) {
        rest_.remove_prefix(1);
        href_ += '?';
        append_percent_encoded(href_, take_until("#"),
                               is_special() ? percent_encode_set::special_query
                                            : percent_encode_set::query);
    }
    where_.fragment_begin = here();
    if (rest_.starts_with('#')) {
        href_ += '#';
        append_percent_encoded(href_, rest_.substr(1), percent_encode_set::fragment);
    }
    return true;
}

bool url_parser::starts_with_slash() const noexcept {
    return rest_.starts_with('/') || (is_special() && rest_.starts_with('\\'));
}

bool url_parser::take_slash() noexcept {
    if (!starts_with_slash()) return false;
    rest_.remove_prefix(1);
    return true;
}

std::string_view url_parser::take_until(std::string_view ends) noexcept {
    const std::string_view taken = rest_.substr(0, rest_.find_first_of(ends));
    rest_.remove_prefix(taken.size());
    return taken;
}

bool url_parser::fail(url_error error) noexcept {
    error_ = error;
    return false;
}

}  // namespace eddy
