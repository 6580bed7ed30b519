#include "tls_session_cache.hpp"

#include <ctime>
#include <utility>

#include <openssl/ssl.h>

namespace eddy {

namespace {

// A session with its certificates takes some 4 KiB: a full cache stays below 16 MiB.
constexpr std::size_t most_peers = 1024;
constexpr std::size_t most_sessions_per_peer = 4;

bool is_usable(const SSL_SESSION* session) {
    const long end = SSL_SESSION_get_time(session) + SSL_SESSION_get_timeout(session);
    return SSL_SESSION_is_resumable(session) == 1 && std::time(nullptr) < end;
}

}  // namespace

void tls_session_cache::put(const std::string& peer, openssl_ptr<SSL_SESSION> session) {
    const std::lock_guard guard(mutex_);
    const auto found = index_.find(peer);
    if (found != index_.end()) {
        peers_.splice(peers_.begin(), peers_, found->second);
    } else {
        if (peers_.size() == most_peers) forget(std::prev(peers_.end()));
        peers_.push_front({peer, {}});
        index_.emplace(peers_.front().peer, peers_.begin());
    }
    auto& sessions = peers_.front().sessions;
    if (sessions.size() == most_sessions_per_peer) sessions.erase(sessions.begin());
    sessions.push_back(std::move(session));
}

openssl_ptr<SSL_SESSION> tls_session_cache::take(std::string_view peer) {
    const std::lock_guard guard(mutex_);
    const auto found = index_.find(peer);
    if (found == index_.end()) return nullptr;
    auto& sessions = found->second->sessions;
    openssl_ptr<SSL_SESSION> taken;
    while (taken == nullptr && !sessions.empty()) {
        if (is_usable(sessions.back().get())) taken = std::move(sessions.back());
        sessions.pop_back();
    }
    if (taken != nullptr && SSL_SESSION_get_protocol_version(taken.get()) < TLS1_3_VERSION) {
        SSL_SESSION_up_ref(taken.get());
        sessions.emplace_back(taken.get());
    }
    if (sessions.empty()) forget(found->second);
    return taken;
}

void tls_session_cache::forget(peer_list::iterator entry) {
    index_.erase(entry->peer);
    peers_.erase(entry);
}

}  // namespace eddy
