#pragma once

#include "support/streams.hpp"
#include "support/tls_ends.hpp"

#include <eddy/run.hpp>
#include <eddy/tls_stream.hpp>

namespace eddy::testing {

using secure_stream = tls_stream<tcp_stream>;

/// Two ends of one TCP connection after the TLS handshake: the client's and the server's.
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

}  // namespace eddy::testing
