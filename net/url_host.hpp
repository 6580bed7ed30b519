#pragma once

#include <eddy/url.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The host parsers of the standard (https://url.spec.whatwg.org/#host-parsing). They read the host
// as it stands in the URL and append its one canonical spelling to `output`, or say what is wrong.
namespace eddy {

struct host_result {
    host_type type = host_type::none;
    url_error error = url_error::none;
};

/// The host of a special scheme: an address in any of its forms, or a domain.
host_result append_special_host(std::string& output, std::string_view text);

/// The host of any other scheme: an IPv6 address, or a name that is only percent-encoded.
host_result append_opaque_host(std::string& output, std::string_view text);

/// Whether the standard takes a domain for an IPv4 address: its last label is a number.
bool ends_in_a_number(std::string_view domain) noexcept;

/// "127.0.0.1", but also "0x7f.1" and "2130706433".
std::optional<std::uint32_t> parse_ipv4(std::string_view text) noexcept;
void append_ipv4(std::string& output, std::uint32_t address);

using ipv6_pieces = std::array<std::uint16_t, 8>;

/// The text between the brackets. A zone ("%eth0") is no part of a URL.
std::optional<ipv6_pieces> parse_ipv6(std::string_view text) noexcept;
void append_ipv6(std::string& output, const ipv6_pieces& pieces);

/// Appends a domain, which is UTF-8 and not empty, in ASCII: "xn--fa-hia.de". invalid_domain if the
/// name is not a valid one (UTS 46, non-transitional), or too long to be one.
url_error append_domain_in_ascii(std::string& output, std::string_view domain);

}  // namespace eddy
