#include "http_body.hpp"

#include <eddy/http_error.hpp>

#include "http_text.hpp"

#include <algorithm>
#include <cstring>

namespace eddy::http {

namespace {

constexpr int most_size_digits = 16;                     // 64 bits
constexpr std::size_t most_extension = 256;              // per chunk
constexpr std::size_t most_extensions = 16 * 1024;       // per body
constexpr std::uint64_t tolerated_overhead = 64 * 1024;  // before the ratio is looked at
constexpr std::uint64_t most_overhead_per_byte = 16;

[[noreturn]] void refuse(std::string_view why) {
    throw error(error_kind::bad_chunk, why);
}

}  // namespace

chunk_decoder::piece chunk_decoder::decode(std::span<char> received) {
    char* at = received.data();
    char* const end = at + received.size();
    char* payload = nullptr;  // where the first payload byte lies
    char* payload_end = nullptr;

    while (at != end && state_ != state::complete) {
        if (state_ != state::data) {
            step(*at++);
            continue;
        }
        const auto size =
            static_cast<std::size_t>(std::min(remaining_, static_cast<std::uint64_t>(end - at)));
        if (payload == nullptr) payload = payload_end = at;
        if (payload_end != at) std::memmove(payload_end, at, size);
        payload_end += size;
        at += size;
        payload_ += size;
        remaining_ -= size;
        if (remaining_ == 0) state_ = state::data_return;
    }
    return {static_cast<std::size_t>(at - received.data()), std::span(payload, payload_end)};
}

void chunk_decoder::step(char letter) {
    if (state_ != state::trailer && state_ != state::trailer_newline) count_overhead();
    switch (state_) {
        case state::size: return size_digit(letter);
        case state::size_padding:
            if (letter == '\r')
                state_ = state::size_newline;
            else if (letter == ';')
                state_ = state::extension;
            else if (!is_blank(letter))
                refuse("something follows a chunk size");
            if (++extension_ > most_extension) refuse("too many blanks after a chunk size");
            return;
        case state::extension:
            if (letter == '\r')
                state_ = state::size_newline;
            else if (is_control(letter))
                refuse("a control byte in a chunk extension");
            if (++extension_ > most_extension || ++all_extensions_ > most_extensions) {
                refuse("chunk extensions are too long");
            }
            return;
        case state::size_newline:
            if (letter != '\n') refuse("a chunk size is not ended by CR LF");
            return end_of_size();
        case state::data_return:
            if (letter != '\r') refuse("a chunk is longer than its size");
            state_ = state::data_newline;
            return;
        case state::data_newline:
            if (letter != '\n') refuse("a chunk is not ended by CR LF");
            state_ = state::size;
            digits_ = 0;
            return;
        case state::trailer:
            if (++trailer_bytes_ > limits_.block) {
                throw error(error_kind::header_block_too_large, "the trailers are too large");
            }
            if (letter == '\r')
                state_ = state::trailer_newline;
            else if (is_control(letter))
                refuse("a control byte in a trailer");
            else
                trailer_line_ += letter;
            return;
        case state::trailer_newline:
            if (letter != '\n') refuse("a trailer is not ended by CR LF");
            return end_of_trailer();
        case state::data:
        case state::complete: return;
    }
}

void chunk_decoder::size_digit(char letter) {
    if (is_hex_digit(letter)) {
        if (++digits_ > most_size_digits) refuse("a chunk size has more than 16 digits");
        remaining_ = remaining_ * 16 + hex_value(letter);
        return;
    }
    if (digits_ == 0) refuse("a chunk size is no hexadecimal number");
    extension_ = 0;
    if (letter == '\r')
        state_ = state::size_newline;
    else if (letter == ';')
        state_ = state::extension;
    // Old servers pad the size to a fixed width.
    else if (is_blank(letter) && kind_ == message_kind::response)
        state_ = state::size_padding;
    else
        refuse("a chunk size is no hexadecimal number");
}

void chunk_decoder::end_of_size() {
    state_ = remaining_ > 0 ? state::data : state::trailer;
}

void chunk_decoder::end_of_trailer() {
    if (trailer_line_.empty()) {
        state_ = state::complete;
        return;
    }
    const std::size_t colon = trailer_line_.find(':');
    if (colon == std::string::npos || !is_token(std::string_view(trailer_line_).substr(0, colon))) {
        throw error(error_kind::bad_header, "a trailer has no proper name: " + trailer_line_);
    }
    if (trailer_line_.size() > limits_.line) {
        throw error(error_kind::header_line_too_long, "a trailer is too long");
    }
    if (++trailers_ > limits_.count) {
        throw error(error_kind::too_many_headers, "too many trailers");
    }
    trailer_line_.clear();
    state_ = state::trailer;
}

void chunk_decoder::count_overhead() {
    ++overhead_;
    if (overhead_ > tolerated_overhead && overhead_ > payload_ * most_overhead_per_byte) {
        refuse("nearly nothing but chunk framing");
    }
}

chunk_decoder::piece body_decoder::decode(std::span<char> received) {
    switch (framing_.end) {
        case body_framing::by::nothing: return {};
        case body_framing::by::chunks: return chunks_.decode(received);
        case body_framing::by::close: return {received.size(), received};
        case body_framing::by::length: break;
    }
    const auto size = static_cast<std::size_t>(
        std::min(framing_.length, static_cast<std::uint64_t>(received.size())));
    framing_.length -= size;
    return {size, received.first(size)};
}

bool body_decoder::complete() const noexcept {
    switch (framing_.end) {
        case body_framing::by::nothing: return true;
        case body_framing::by::length: return framing_.length == 0;
        case body_framing::by::chunks: return chunks_.complete();
        case body_framing::by::close: return closed_;
    }
    return true;
}

void body_decoder::end_of_stream() {
    closed_ = true;
    if (!complete()) {
        throw error(error_kind::body_truncated, "the connection closed in the middle of the body");
    }
}

}  // namespace eddy::http
