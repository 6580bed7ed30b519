#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace eddy {

/// The characters that a part of a URL cannot hold as they are (WHATWG URL, 1.3). All sets have the
/// control characters and every byte that is not ASCII.
enum class percent_encode_set : std::uint8_t {
    c0_control,     ///< nothing else: opaque hosts and opaque paths
    fragment,       ///< space " < > `
    query,          ///< space " # < >
    special_query,  ///< query and ': the query of http, https, ws, wss, ftp and file
    path,           ///< query and ? ^ ` { }
    userinfo,       ///< path and / : ; = @ [ \ ] |
    component,      ///< userinfo and $ % & + , : as JavaScript's encodeURIComponent
    form,           ///< component and ! ' ( ) ~ : names and values of a query_string
};

/// Appends `text` to `output`, each byte of the set written as "%20".
void append_percent_encoded(std::string& output, std::string_view text, percent_encode_set set);

/// `text` with each byte of the set written as "%20". The default is safe in every part of a URL.
std::string percent_encode(std::string_view text,
                           percent_encode_set set = percent_encode_set::component);

/// `text` with each "%20" replaced by its byte. A percent sign that no two hexadecimal digits
/// follow stays. The result is bytes: it may hold NUL, controls and malformed UTF-8.
std::string percent_decode(std::string_view text);

}  // namespace eddy
