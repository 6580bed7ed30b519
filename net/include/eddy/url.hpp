#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace eddy {

/// Why a text is no URL.
enum class url_error : std::uint8_t {
    none,
    too_long,
    missing_scheme,
    opaque_base,
    missing_host,
    forbidden_host_character,
    invalid_domain,
    no_idna,  ///< the host is not in ASCII, and eddy was built without libidn2
    invalid_ipv4,
    invalid_ipv6,
    invalid_port,
    port_out_of_range,
};

const std::error_category& url_category() noexcept;
std::error_code make_error_code(url_error error) noexcept;

enum class host_type : std::uint8_t {
    none,    ///< "mailto:a@b" and "blob:x" have no host
    empty,   ///< "file:///etc" has one of no letters
    domain,  ///< "example.com", in ASCII
    ipv4,    ///< "127.0.0.1"
    ipv6,    ///< "[::1]"
    opaque,  ///< the host of a scheme we know nothing of: "redis://Cache"
};

class url_or_error;

/// A parsed URL, as the WHATWG URL standard has it (https://url.spec.whatwg.org). It is the one
/// parser of the library: what scope checks, DNS, Host, SNI and cookies see comes from here, so
/// they cannot disagree. A url is always valid; to get another one, parse again.
class url {
public:
    /// Neither a text to parse nor a URL may have more bytes than this.
    static constexpr std::size_t max_length = 1 << 20;

    /// Parses hostile text as browsers do: spaces around it and line ends within it do not count,
    /// malformed UTF-8 becomes U+FFFD. With a base, `text` may be relative. Linear in the lengths.
    static url_or_error parse(std::string_view text, const url* base = nullptr);

    /// Throws std::system_error, which says why and quotes the text: escaped, without a password.
    explicit url(std::string_view text);
    url(std::string_view reference, const url& base);

    /// The url that `reference` means on a page at this url.
    url_or_error resolve(std::string_view reference) const;

    /// All of it, in the only spelling there is: equal urls have equal hrefs.
    std::string_view href() const noexcept { return href_; }

    /// "https": lower case, without the colon.
    std::string_view scheme() const noexcept { return part(0, where_.scheme_end); }
    /// Percent-encoded, and empty where there is none.
    std::string_view username() const noexcept;
    std::string_view password() const noexcept;
    bool has_credentials() const noexcept { return where_.username_end != where_.hostname_begin; }

    host_type type_of_host() const noexcept { return where_.type_of_host; }
    /// "example.com:8080", "[::1]": what the Host header says. A default port is not in it.
    std::string_view host() const noexcept;
    /// "example.com", "[::1]": the host without its port.
    std::string_view hostname() const noexcept {
        return part(where_.hostname_begin, where_.hostname_end);
    }
    /// "example.com", "::1": what to look up and connect to.
    std::string_view bare_hostname() const noexcept;

    /// Empty if the URL names no port, or the default one of its scheme.
    std::optional<std::uint16_t> port() const noexcept { return where_.port; }
    /// The port to connect to: the named one or the scheme's. Empty if neither exists.
    std::optional<std::uint16_t> effective_port() const noexcept;

    /// Percent-encoded. Begins with a slash, unless the scheme is unknown and no host is there.
    std::string_view path() const noexcept { return part(where_.path_begin, where_.query_begin); }
    /// "mailto:a@b" has an opaque path: nothing but a fragment can be resolved against it.
    bool has_opaque_path() const noexcept;
    /// Percent-encoded, without the question mark; empty also where there is none.
    std::string_view query() const noexcept;
    bool has_query() const noexcept { return where_.query_begin != where_.fragment_begin; }
    /// Percent-encoded, without the hash sign; empty also where there is none.
    std::string_view fragment() const noexcept;
    bool has_fragment() const noexcept { return where_.fragment_begin != href_.size(); }
    /// "/path?query": what a request line asks for.
    std::string_view target() const noexcept {
        return part(where_.path_begin, where_.fragment_begin);
    }

    /// "https://example.com:8080", or "null" for schemes whose URLs are an origin each.
    std::string origin() const;

    url with_fragment_removed() const;
    /// Without user name and password: what may be logged, or sent as Referer.
    url with_credentials_removed() const;
    /// The query is what follows the question mark; what it may not hold is percent-encoded. An
    /// empty one is taken away altogether. Throws std::system_error if the url becomes too long.
    url with_query(std::string_view query) const;

    bool operator==(const url& other) const noexcept { return href_ == other.href_; }
    std::strong_ordering operator<=>(const url& other) const noexcept {
        return href_ <=> other.href_;
    }

private:
    friend class url_parser;

    url() = default;

    std::string_view part(std::size_t begin, std::size_t end) const noexcept {
        return {href_.data() + begin, end - begin};
    }
    bool has_authority() const noexcept { return where_.type_of_host != host_type::none; }
    std::size_t username_begin() const noexcept {
        return where_.scheme_end + (has_authority() ? 3u : 1u);
    }
    std::size_t authority_end() const noexcept;

    // Where the parts of href_ are. Each offset is at or behind the one above it, also where parts
    // are missing: then they coincide.
    //
    //   https://user:secret@example.com:8080/path?query#fragment
    //        |      |       |          |    |    |     |
    //        |      |       |          |    |    |     fragment_begin
    //        |      |       |          |    |    query_begin
    //        |      |       |          |    path_begin
    //        |      |       |          hostname_end
    //        |      |       hostname_begin
    //        |      username_end
    //        scheme_end
    //
    // Without a host, "/." may stand in front of the path: see url_parser::end_path.
    struct layout {
        std::uint32_t scheme_end = 0;
        std::uint32_t username_end = 0;
        std::uint32_t hostname_begin = 0;
        std::uint32_t hostname_end = 0;
        std::uint32_t path_begin = 0;
        std::uint32_t query_begin = 0;
        std::uint32_t fragment_begin = 0;
        std::optional<std::uint16_t> port;
        host_type type_of_host = host_type::none;
    };

    std::string href_;
    layout where_;
};

/// Whether what belongs to one may be shown to the other: scheme, host and port agree. Only URLs of
/// http, https, ws, wss and ftp share an origin; any other has none in common even with itself.
bool same_origin(const url& one, const url& other) noexcept;

/// What parsing gives: a url, or the reason why there is none.
class url_or_error {
public:
    url_or_error(url value) noexcept : url_(std::move(value)) {}
    url_or_error(url_error reason) noexcept : error_(reason) {}

    explicit operator bool() const noexcept { return url_.has_value(); }
    const url& operator*() const& noexcept { return *url_; }
    url&& operator*() && noexcept { return *std::move(url_); }
    const url* operator->() const noexcept { return &*url_; }

    /// `url_error::none` if there is a url.
    url_error error() const noexcept { return error_; }

private:
    std::optional<url> url_;
    url_error error_ = url_error::none;
};

}  // namespace eddy

template <>
struct std::is_error_code_enum<eddy::url_error> : std::true_type {};

template <>
struct std::hash<eddy::url> {
    std::size_t operator()(const eddy::url& value) const noexcept {
        return std::hash<std::string_view>()(value.href());
    }
};
