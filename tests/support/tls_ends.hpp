#pragma once

#include <eddy/certificate.hpp>
#include <eddy/tls_engine.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace eddy::testing {

/// The authority that the tests' clients trust.
inline const certificate_authority& trusted_authority() {
    static const certificate_authority authority("trusted authority");
    return authority;
}

/// Options of a server with a certificate for `host`.
inline tls_options server_options(std::string_view host = "localhost") {
    return tls_options().own_certificate(trusted_authority().issue(host));
}

/// Options of a client that trusts it.
inline tls_options client_options() {
    return tls_options().authority_pem(trusted_authority().pem());
}

/// One end of a connection without a network: an engine, and what became of it so far.
struct tls_end {
    explicit tls_end(tls_engine made) : engine(std::move(made)) {}

    /// Goes as far as the input allows.
    void run() {
        if (!is_ready && note(engine.handshake())) is_ready = true;
        while (is_ready && !is_closed && !failure) {
            char text[20'000];
            const auto [progress, size] = engine.read(std::as_writable_bytes(std::span(text)));
            if (!note(progress)) return;
            received.append(text, size);
        }
    }

    void send(std::string_view text) {
        while (!text.empty()) {
            const auto [progress, size] = engine.write(std::as_bytes(std::span(text)));
            if (!note(progress)) return;
            text.remove_prefix(size);
        }
    }

    tls_engine engine;
    bool is_ready = false;
    bool is_closed = false;
    std::string received;
    std::optional<tls_error> failure;

private:
    bool note(tls_progress progress) {
        if (progress == tls_progress::failed) failure = engine.error();
        if (progress == tls_progress::closed) is_closed = true;
        return progress == tls_progress::done;
    }
};

/// A client, a server, and a network that cuts what it carries into fragments.
class tls_ends {
public:
    using fragment_size = std::function<std::size_t()>;

    tls_ends(const tls_context& client_context, const tls_context& server_context,
             std::string_view host = "localhost", std::uint16_t port = 0)
        : client(tls_engine::connect(client_context, host, port)),
          server(tls_engine::accept(server_context)) {}

    explicit tls_ends(const tls_options& for_client = client_options(),
                      const tls_options& for_server = server_options(),
                      std::string_view host = "localhost")
        : tls_ends(tls_context::client(for_client), tls_context::server(for_server), host) {}

    /// Carries bytes until neither end has any more to send.
    tls_ends& settle() {
        client.run();
        while (carry(client, server) || carry(server, client)) {
        }
        return *this;
    }

    tls_ends& cut_into(fragment_size size) {
        fragment_ = std::move(size);
        return *this;
    }
    tls_ends& cut_into(std::size_t size) {
        return cut_into([size] { return size; });
    }

    tls_end client;
    tls_end server;
    std::size_t flights = 0;

private:
    bool carry(tls_end& from, tls_end& to) {
        auto output = from.engine.output();
        if (output.empty()) return false;
        ++flights;
        while (!output.empty()) {
            if (to.failure || to.is_closed) {  // nobody listens any more
                from.engine.sent(output.size());
                return true;
            }
            const auto space = to.engine.input_space();
            const std::size_t size = std::min({output.size(), space.size(), fragment_()});
            std::memcpy(space.data(), output.data(), size);
            output = output.subspan(size);
            from.engine.sent(size);
            to.engine.received(size);
            to.run();
        }
        return true;
    }

    fragment_size fragment_ = [] { return std::size_t{1} << 20; };
};

}  // namespace eddy::testing
