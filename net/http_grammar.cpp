#include "http_grammar.hpp"

#include <eddy/http_error.hpp>

#include "http_text.hpp"

#include <array>
#include <utility>

#include <llhttp.h>

namespace eddy::http {

// Callbacks get pieces of the text as pointers: what is kept are offsets, which moving the text
// does not invalidate.
struct head_grammar::collector {
    llhttp_t parser;
    std::string_view text;
    std::vector<headers::field>* fields;
    bool complete = false;

    std::uint32_t offset_of(const char* at) const noexcept {
        return static_cast<std::uint32_t>(at - text.data());
    }

    static collector& of(llhttp_t* parser) noexcept {
        return *static_cast<collector*>(parser->data);
    }

    static int on_name(llhttp_t* parser, const char* at, std::size_t size) {
        collector& self = of(parser);
        const std::uint32_t start = self.offset_of(at);
        const auto length = static_cast<std::uint32_t>(size);
        self.fields->push_back(
            headers::field{start, length, start + length, 0, is_secret_by_name({at, size})});
        return HPE_OK;
    }

    static int on_value(llhttp_t* parser, const char* at, std::size_t size) {
        collector& self = of(parser);
        const std::string_view value = trimmed(std::string_view(at, size));
        self.fields->back().value_start = self.offset_of(value.data());
        self.fields->back().value_size = static_cast<std::uint32_t>(value.size());
        return HPE_OK;
    }

    // The body is decoded elsewhere: a guard that knows where chunk sizes stand is a decoder
    // itself.
    static int on_head(llhttp_t* parser) {
        of(parser).complete = true;
        return HPE_PAUSED;
    }

    static const llhttp_settings_t& settings() {
        static const llhttp_settings_t callbacks = [] {
            llhttp_settings_t made;
            llhttp_settings_init(&made);
            made.on_header_field = on_name;
            made.on_header_value = on_value;
            made.on_headers_complete = on_head;
            return made;
        }();
        return callbacks;
    }
};

void head_grammar::parse(std::string text, message_kind kind, message_head& head) {
    headers& into = head.headers;
    into.text_ = std::move(text);
    into.fields_.reserve(16);

    collector collected;
    collected.text = into.text_;
    collected.fields = &into.fields_;
    const bool is_request = kind == message_kind::request;
    llhttp_t& parser = collected.parser;
    llhttp_init(&parser, is_request ? HTTP_REQUEST : HTTP_RESPONSE, &collector::settings());
    parser.data = &collected;
    // The guard has judged Content-Length beside Transfer-Encoding: fatal in a request only.
    if (!is_request) llhttp_set_lenient_chunked_length(&parser, 1);

    const llhttp_errno_t outcome = llhttp_execute(&parser, into.text_.data(), into.text_.size());
    if (outcome != HPE_PAUSED || !collected.complete) {
        const char* const reason = llhttp_get_error_reason(&parser);
        const char* const where = llhttp_get_error_pos(&parser);
        const std::size_t first_line = into.text_.find('\n');
        const bool in_fields = where != nullptr && collected.offset_of(where) > first_line;
        const auto start_line_error =
            is_request ? error_kind::bad_request_line : error_kind::bad_status_line;
        throw error(in_fields ? error_kind::bad_header : start_line_error,
                    reason != nullptr && *reason != '\0' ? reason : llhttp_errno_name(outcome));
    }

    // llhttp has flags for these, but takes no tab for the end of a word.
    const bool wants_close = into.has_token("connection", "close");
    const bool wants_more = into.has_token("connection", "keep-alive");
    head.keep_alive = !wants_close && (head.minor_version > 0 || wants_more);
}

}  // namespace eddy::http
