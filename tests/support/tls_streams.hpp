#pragma once

#include "support/tls_ends.hpp"

#include <eddy/gather.hpp>
#include <eddy/run.hpp>
#include <eddy/tcp_listener.hpp>
#include <eddy/tls_stream.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace eddy::testing {

using secure_stream = tls_stream<tcp_stream>;

/// Two ends of one TCP connection over the loopback interface.
inline task<std::tuple<tcp_stream, tcp_stream>> connect_tcp() {
    auto listener = tcp_listener::bind(endpoint::loopback());
    auto ends = co_await gather(tcp_stream::connect(listener.local()), listener.accept());
    co_return std::move(ends);
}

/// The same after the TLS handshake: the client's end and the server's.
inline task<std::tuple<secure_stream, secure_stream>> connect_tls(tls_context client,
                                                                  tls_context server) {
    auto [near, far] = co_await connect_tcp();
    auto connecting = secure_stream::connect(std::move(near), client, "localhost");
    auto accepting = secure_stream::accept(std::move(far), server);
    auto ends = co_await gather(std::move(connecting), std::move(accepting));
    co_return std::move(ends);
}

inline task<std::tuple<secure_stream, secure_stream>> connect_tls() {
    return connect_tls(tls_context::client(client_options()),
                       tls_context::server(server_options()));
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
