#include "http_connector.hpp"

#include <eddy/open_connection.hpp>
#include <eddy/resolver.hpp>
#include <eddy/tls_stream.hpp>

#include <utility>

namespace eddy::http {

namespace {

bool is_not_found(const std::error_code& code) noexcept {
    return code == resolve_errc::not_found || code == resolve_errc::bad_name;
}

class network_connector {
public:
    explicit network_connector(std::optional<tls_context> tls) : tls_(std::move(tls)) {}

    task<connected> operator()(const url& where, phase& at) {
        at = phase::resolve;
        const std::uint16_t port = where.effective_port().value();
        std::vector<endpoint> candidates =
            co_await resolve_host(std::string(where.bare_hostname()), port);
        at = phase::connect;
        tcp_stream plain = co_await connect_to_any(std::move(candidates));
        std::string peer = plain.remote().to_string();
        if (where.scheme() != "https")
            co_return connected(any_stream(std::move(plain)), std::move(peer));

        at = phase::tls;
        // Made when it is first needed: reading the system's authorities takes milliseconds.
        if (!tls_) tls_ = tls_context::client();
        auto secure = co_await tls_stream<tcp_stream>::connect(
            std::move(plain), *tls_, std::string(where.bare_hostname()), port);
        co_return connected(any_stream(std::move(secure)), std::move(peer));
    }

private:
    static task<std::vector<endpoint>> resolve_host(std::string host, std::uint16_t port) {
        try {
            co_return co_await resolve(std::move(host), port);
        } catch (const std::system_error& failure) {
            if (!is_not_found(failure.code())) throw;
            throw error(error_kind::host_not_found, failure.what());
        }
    }

    std::optional<tls_context> tls_;
};

}  // namespace

connector connect_over_network(std::optional<tls_context> tls) {
    return network_connector(std::move(tls));
}

}  // namespace eddy::http
