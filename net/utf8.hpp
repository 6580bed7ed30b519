#pragma once

#include <string>
#include <string_view>

namespace eddy {

/// `text` with each malformed sequence, surrogates included, replaced by U+FFFD, exactly as the
/// decoder of the Encoding standard does it: one for each longest piece that could have begun a
/// character.
std::string well_formed_utf8(std::string_view text);

}  // namespace eddy
