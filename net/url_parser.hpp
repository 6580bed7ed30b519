#pragma once

#include "url_scheme.hpp"

#include <eddy/url.hpp>

#include <string_view>

namespace eddy {

/// The state machine of the standard (https://url.spec.whatwg.org/#url-parsing). Each function is
/// one state or a few: it takes its part from the front of `rest_`, appends the final spelling to
/// the url and goes on to the next state. False means that `error_` says what is wrong.
class url_parser {
public:
    /// `text` is what `url::parse` has cleaned. Both must outlive the parser.
    url_parser(std::string_view text, const url* base) noexcept : rest_(text), base_(base) {}

    /// May be called once.
    url_or_error parse();

private:
    bool parse_scheme();
    bool parse_after_scheme();
    bool parse_without_scheme();

    bool parse_relative();
    bool parse_file();
    bool parse_file_after_slash();
    bool parse_file_host();

    bool parse_authority();
    void append_credentials(std::string_view credentials);
    bool append_host(std::string_view text);
    bool append_port(std::string_view text);

    bool parse_after_host();
    bool parse_after_base_path();
    bool parse_path();
    bool parse_opaque_path();
    bool parse_query_and_fragment();

    void begin_with_scheme_of_base();
    void begin_with_authority_of_base();
    void begin_without_host();
    void begin_with_empty_host();
    void end_path();

    bool is_special() const noexcept { return scheme_ != nullptr; }
    bool is_file() const noexcept { return is_special() && scheme_->is_file(); }
    bool starts_with_slash() const noexcept;
    bool take_slash() noexcept;
    std::string_view take_until(std::string_view ends) noexcept;
    std::uint32_t here() const noexcept { return static_cast<std::uint32_t>(href_.size()); }
    bool fail(url_error error) noexcept;

    std::string_view rest_;  // what is still to be parsed
    const url* base_;        // may be null
    const special_scheme* scheme_ = nullptr;
    url url_;
    std::string& href_ = url_.href_;
    url::layout& where_ = url_.where_;
    url_error error_ = url_error::none;
};

}  // namespace eddy
