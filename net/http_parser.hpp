#pragma once

#include <eddy/http_limits.hpp>
#include <eddy/http_message.hpp>

#include "http_framing.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace eddy::http {

/// The first line and the fields of a message, checked.
struct message_head {
    explicit message_head(message_kind kind) noexcept : framing(kind) {}

    http::method method = http::method::get;  // request
    std::string target;                       // request
    int status = 0;                           // response
    std::string reason;                       // response
    int minor_version = 1;                    // HTTP/1.x
    bool keep_alive = true;                   // by version and Connection; framing may forbid it
    http::headers headers;
    framing_fields framing;
};

/// Reads one head, however it is cut into pieces. Every line passes a guard that refuses what two
/// parsers could read differently; the whole then passes llhttp. Both must agree.
class head_parser {
public:
    head_parser(message_kind kind, const header_limits& limits) noexcept
        : kind_(kind), limits_(limits), head_(kind) {}

    /// Takes bytes up to the end of the head and returns how many. Throws http::error, as early as
    /// the fault shows; the parser is then of no more use.
    std::size_t feed(std::string_view received);

    bool complete() const noexcept { return complete_; }
    /// Whether nothing of a head has come yet.
    bool untouched() const noexcept { return text_.empty() && !complete_; }

    /// Gives the complete head away and gets ready for the next one.
    message_head take();

private:
    void check_start() const;
    void check_room() const;
    void end_line();
    void request_line(std::string_view line);
    void status_line(std::string_view line);
    void fold(std::string_view line);
    void field_line(std::string_view line);
    void keep_line(std::size_t size);
    void keep_length(std::size_t colon, const std::string& digits);
    void drop_line();
    void finish();
    void reset();

    message_kind kind_;
    header_limits limits_;

    // The lines so far, each ended by CR LF whatever it was ended by; from `line_start_` on the
    // line that is still coming.
    std::string text_;
    std::size_t line_start_ = 0;
    std::size_t count_ = 0;
    std::size_t folded_ = 0;  // bytes of continuation lines
    bool in_fields_ = false;  // the first line is done
    bool skipped_blank_ = false;
    bool may_fold_ = false;  // the line before is a field that is none of framing's
    bool complete_ = false;
    message_head head_;
};

}  // namespace eddy::http
