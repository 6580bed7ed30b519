#pragma once

#include "openssl_handles.hpp"

#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace eddy {

/// The sessions that a client may resume, by peer ("host:port"). One cache belongs to one context,
/// so a session is never offered under other options than it was made with. Any thread may call.
class tls_session_cache {
public:
    /// Keeps a session; forgets the oldest where there are too many.
    void put(const std::string& peer, openssl_ptr<ssl_session_st> session);

    /// The newest usable session, or null. One of TLS 1.3 is handed out once only, so that nobody
    /// who watches the network can link two connections (RFC 8446, appendix C.4).
    openssl_ptr<ssl_session_st> take(std::string_view peer);

private:
    struct peer_sessions {
        std::string peer;
        std::vector<openssl_ptr<ssl_session_st>> sessions;  // the newest last, never empty
    };
    using peer_list = std::list<peer_sessions>;

    void forget(peer_list::iterator entry);

    std::mutex mutex_;
    peer_list peers_;  // the one put last first; `index_` finds each by its name
    std::unordered_map<std::string_view, peer_list::iterator> index_;
};

}  // namespace eddy
