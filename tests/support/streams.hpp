#pragma once

#include <eddy/byte_stream.hpp>
#include <eddy/gather.hpp>
#include <eddy/tcp_listener.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace eddy::testing {

/// Two ends of one TCP connection over the loopback interface.
inline task<std::tuple<tcp_stream, tcp_stream>> connect_tcp() {
    auto listener = tcp_listener::bind(endpoint::loopback());
    auto ends = co_await gather(tcp_stream::connect(listener.local()), listener.accept());
    co_return std::move(ends);
}

/// What comes until the stream ends, or until there is as much as wanted.
template <byte_stream Stream>
task<std::string> read_text(Stream& stream, std::size_t wanted = std::string::npos) {
    std::string text;
    char piece[16 * 1024];
    while (text.size() < wanted) {
        const std::size_t size =
            co_await stream.read(std::as_writable_bytes(std::span<char>(piece)));
        if (size == 0) break;
        text.append(piece, size);
    }
    co_return text;
}

}  // namespace eddy::testing
