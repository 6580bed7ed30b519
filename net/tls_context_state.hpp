#pragma once

#include <eddy/tls_context.hpp>
#include <eddy/tls_error.hpp>

#include "openssl_handles.hpp"
#include "tls_session_cache.hpp"

#include <optional>
#include <string>

namespace eddy {

/// What the copies of a tls_context share. Nothing but the cache changes after its making.
struct tls_context::state {
    openssl_ptr<ssl_ctx_st> settings;  // a client's app data is `sessions`
    bool is_server = false;
    bool resumes_sessions = true;
    std::string protocols;       // of a server, in its order of preference
    tls_session_cache sessions;  // of a client
};

/// What the context's callbacks need to know of one connection: the app data of its SSL object.
struct tls_connection_notes {
    std::string session_key;                     // empty: keep no sessions
    std::optional<certificate_problem> problem;  // why the peer's certificate was refused
};

}  // namespace eddy
