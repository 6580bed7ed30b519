#pragma once

#include <eddy/datagram_socket.hpp>

#include <string>

namespace eddy::testing {

struct datagram {
    std::string text;
    received_datagram about;
};

/// Waits for a datagram, of which `room` bytes are kept.
inline task<datagram> receive_from(datagram_socket& socket, std::size_t room = 2000) {
    datagram got;
    got.text.resize(room);
    got.about = co_await socket.receive_from(std::as_writable_bytes(std::span(got.text)));
    got.text.resize(got.about.size);
    co_return got;
}

inline std::span<const std::byte> bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text));
}

}  // namespace eddy::testing
