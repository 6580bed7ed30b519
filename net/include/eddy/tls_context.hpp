#pragma once

#include <eddy/tls_options.hpp>

#include <memory>

namespace eddy {

/// Whether eddy was built with TLS. Where it was not, making a context or a certificate throws
/// tls_errc::not_built_in.
bool has_tls() noexcept;

/// The settings that many connections share, and the sessions that clients may resume. Making one
/// is slow (it parses certificates), copying one is cheap; copies share it, also across threads.
class tls_context {
public:
    /// For the side that connects. Throws std::runtime_error for PEM text that is no use.
    static tls_context client(const tls_options& options = tls_options());

    /// For the side that accepts. Throws std::invalid_argument if the options have no own
    /// certificate, or ask for the clients' without naming an authority.
    static tls_context server(const tls_options& options);

private:
    friend class tls_engine;

    struct state;

    explicit tls_context(std::shared_ptr<state> shared) noexcept;

    static tls_context make(const tls_options& options, bool is_server);

    std::shared_ptr<state> state_;
};

}  // namespace eddy
