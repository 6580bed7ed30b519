#include "http_failure.hpp"

#include <eddy/tls_error.hpp>
#include <eddy/url.hpp>

#include <system_error>

namespace eddy::http {

namespace {

bool is_connected(phase at) noexcept {
    return at >= phase::send;
}

error_kind kind_of(const std::error_code& code, phase at) noexcept {
    using enum std::errc;
    if (code == connection_reset || code == broken_pipe || code == connection_aborted) {
        return error_kind::connection_reset;
    }
    if (code == too_many_files_open || code == too_many_files_open_in_system) {
        return error_kind::no_descriptors;
    }
    if (is_connected(at)) return error_kind::connection_reset;
    if (at == phase::resolve) return error_kind::resolve_failed;
    if (code == connection_refused) return error_kind::connection_refused;
    if (code == network_unreachable || code == host_unreachable) return error_kind::unreachable;
    if (code == timed_out) return error_kind::connect_timeout;
    return error_kind::connect_failed;
}

error_kind kind_of(const tls_error& failure, phase at) noexcept {
    if (failure.certificate()) return error_kind::certificate_rejected;
    if (failure.code() != tls_errc::truncated) return error_kind::tls_failed;
    // The transport ended without close_notify: whether that is an attack or just rude, what came
    // before it cannot be told from a part.
    if (at == phase::receive_body) return error_kind::body_truncated;
    return is_connected(at) ? error_kind::connection_reset : error_kind::tls_failed;
}

}  // namespace

error to_error(const std::exception_ptr& failure, const error_context& context) {
    try {
        std::rethrow_exception(failure);
    } catch (const error& known) {
        return known.url().empty() ? known.with(context) : known;
    } catch (const tls_error& known) {
        return error(kind_of(known, context.phase), known.what()).with(context);
    } catch (const std::system_error& known) {
        return error(kind_of(known.code(), context.phase), known.what()).with(context);
    } catch (const std::exception& unknown) {
        const auto kind =
            is_connected(context.phase) ? error_kind::connection_reset : error_kind::connect_failed;
        return error(kind, unknown.what()).with(context);
    }
}

}  // namespace eddy::http
