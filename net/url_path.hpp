#pragma once

#include "url_scheme.hpp"

#include <cstddef>
#include <string>
#include <string_view>

// Paths of segments. They are parsed into the end of a growing URL, `href`, where the path begins
// at `path_begin`. A path of no segments is empty, any other begins with a slash.
namespace eddy {

/// "C:" or "C|".
bool is_drive_letter(std::string_view segment) noexcept;

/// Whether the first segment of `text` is one: what follows is its end, or the end of a segment.
bool starts_with_drive_letter(std::string_view text) noexcept;

/// Whether the path begins with a drive letter in its one spelling: "/C:", or "/C:/…".
bool has_drive_letter(std::string_view path) noexcept;

/// Takes the last segment away, if there is one that may go.
void shorten_path(std::string& href, std::size_t path_begin, const special_scheme* scheme);

/// Takes segments from the front of `rest`, behind a slash, up to its end or to its query or
/// fragment, and appends them. `scheme` may be null.
void append_path(std::string& href, std::size_t path_begin, std::string_view& rest,
                 const special_scheme* scheme);

}  // namespace eddy
