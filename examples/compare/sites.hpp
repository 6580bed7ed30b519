#pragma once

#include <cstddef>
#include <string>

namespace comparison {

/// The path of a page: "/articles/7.html".
std::string page_path(std::size_t page);

/// A page of HTML as a small news site would send it, 2 to 240 KB; the same for the same numbers.
std::string page_body(std::size_t site, std::size_t page);

}  // namespace comparison
