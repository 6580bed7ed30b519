#pragma once

#include <eddy/http_limits.hpp>

#include "http_framing.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace eddy::http {

/// Undoes the chunked transfer coding (RFC 9112, 7.1) in the very buffer it was received in.
/// Trailers are checked and dropped.
class chunk_decoder {
public:
    chunk_decoder(message_kind kind, const header_limits& trailers) noexcept
        : kind_(kind), limits_(trailers) {}

    struct piece {
        std::size_t taken = 0;    ///< bytes used up, framing included
        std::span<char> payload;  ///< within what was received
    };

    /// Reads on until `received` or the body ends, and moves the payload of all chunks together:
    /// a peer that sends chunks of one byte cannot make us work for each. Throws http::error.
    piece decode(std::span<char> received);
    bool complete() const noexcept { return state_ == state::complete; }

private:
    enum class state : std::uint8_t {
        size,
        size_padding,
        extension,
        size_newline,
        data,
        data_return,
        data_newline,
        trailer,
        trailer_newline,
        complete,
    };

    void step(char letter);
    void size_digit(char letter);
    void end_of_size();
    void end_of_trailer();
    void count_overhead();

    message_kind kind_;
    header_limits limits_;
    state state_ = state::size;
    int digits_ = 0;
    std::uint64_t remaining_ = 0;  // of the chunk at hand
    std::uint64_t payload_ = 0;    // of the whole body so far
    std::uint64_t overhead_ = 0;   // size lines and line ends so far
    std::size_t extension_ = 0;    // bytes of the extension at hand
    std::size_t all_extensions_ = 0;
    std::size_t trailers_ = 0;
    std::size_t trailer_bytes_ = 0;
    std::string trailer_line_;
};

/// Finds the end of a body of any framing, in received bytes, without copying them.
class body_decoder {
public:
    body_decoder(body_framing framing, message_kind kind, const header_limits& trailers) noexcept
        : framing_(framing), chunks_(kind, trailers) {}

    chunk_decoder::piece decode(std::span<char> received);
    bool complete() const noexcept;

    /// The peer closed its side. Throws http::error (body_truncated) if the body was not complete.
    void end_of_stream();

    body_framing framing() const noexcept { return framing_; }

private:
    body_framing framing_;  // with by::length, `length` counts down
    bool closed_ = false;
    chunk_decoder chunks_;
};

}  // namespace eddy::http
