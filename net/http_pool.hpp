#pragma once

#include <eddy/event.hpp>
#include <eddy/http_client_stats.hpp>
#include <eddy/http_options.hpp>
#include <eddy/intrusive_list.hpp>

#include "http_connection.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace eddy::http {

class pool;
class lease;
class lease_waiter;
class origin;

/// Origins where somebody waits, by the arrival of the one who has waited there for longest.
using origins_by_arrival = std::map<std::uint64_t, origin*>;

struct by_arrival;  // the list of those who wait at one origin
struct starving;    // the list of origins where somebody waits

/// What a pool has of one scheme, host and port.
class origin final : public connection_owner, public list_node<starving> {
public:
    explicit origin(pool& of);

    void on_idle_ended(connection& which) noexcept override;
    void on_idle_expired(connection& which) noexcept override { on_idle_ended(which); }

private:
    friend class pool;
    friend class lease_waiter;

    pool& pool_;
    const std::string* key_ = nullptr;
    std::size_t open_ = 0;                             // leased or idle
    intrusive_list<connection, idle_at_origin> idle_;  // the warmest first
    intrusive_list<lease_waiter, by_arrival> waiters_;

    // Either it stands in the line of the pool, under `turn_`, or it holds its place there: made in
    // advance, because who gives back a lease or is cancelled must not have to allocate.
    origins_by_arrival::node_type place_;
    std::uint64_t turn_ = 0;
};

/// The right to one connection to an origin. Without a connection, its holder makes one. What it
/// does not give back is closed; either way the next who waits is served.
class lease {
public:
    lease() noexcept = default;
    lease(lease&& other) noexcept;
    lease& operator=(lease&& other) noexcept;
    ~lease() { end(); }

    explicit operator bool() const noexcept { return pool_ != nullptr; }
    const std::shared_ptr<connection>& get() const noexcept { return connection_; }

    /// Uses this connection from now on. The one before is closed.
    void attach(std::shared_ptr<connection> fresh) noexcept;
    /// Closes the connection and keeps the right to another one.
    void detach() noexcept;
    /// From now on a lease that just ends means that the connection is in the middle of something.
    void begin_exchange() noexcept { in_exchange_ = true; }
    /// The exchange ended properly: the connection can idle for that long and be used again.
    void give_back(duration idle_expiry) noexcept;

private:
    friend class pool;
    lease(pool& of, origin& at, std::shared_ptr<connection> idle) noexcept
        : pool_(&of), origin_(&at), connection_(std::move(idle)) {}
    void end() noexcept;

    pool* pool_ = nullptr;
    origin* origin_ = nullptr;
    std::shared_ptr<connection> connection_;
    bool in_exchange_ = false;
};

/// The keep-alive connections of a client. Reuse is last in, first out, because the connection used
/// last is the warmest; whoever waits is served in the order of arrival, as far as limits allow.
class pool {
public:
    explicit pool(const client_limits& limits) noexcept : limits_(limits) {}
    ~pool() { close(); }

    /// Waits for the right to a connection to the origin named `key`. Throws http::error:
    /// pool_timeout after `limit`, closed_client.
    lease_waiter acquire(std::string_view key, duration limit) noexcept;

    /// Closes what is idle and refuses whoever waits or comes later.
    void close() noexcept;
    bool is_closed() const noexcept { return closed_; }
    /// Set once it is closed and no lease is left.
    event& drained() noexcept { return drained_; }

    client_stats stats() const noexcept;

private:
    friend class lease;
    friend class lease_waiter;
    friend class origin;

    struct key_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view key) const noexcept {
            return std::hash<std::string_view>()(key);
        }
    };

    origin& at(std::string_view key);
    std::optional<lease> try_take(origin& from);
    bool has_room() const noexcept;
    bool has_room_at(const origin& at) const noexcept;
    void serve() noexcept;
    void line_up(origin& at) noexcept;
    void put_idle(origin& at, connection& which, duration expiry) noexcept;
    void take_idle(connection& which) noexcept;
    void drop_idle(origin& at, connection& which) noexcept;
    void evict_oldest() noexcept;
    void close_slot(origin& at) noexcept;
    void forget_if_unused(origin& at) noexcept;

    const client_limits limits_;
    bool closed_ = false;
    event drained_;
    std::unordered_map<std::string, origin, key_hash, std::equal_to<>> origins_;

    // Whoever waits is at the limit of its origin, or the pool is at its own with nothing idle.
    intrusive_list<origin, starving> starving_;
    // Those of them that are not at their own limit: once the pool has room, the first is served.
    origins_by_arrival line_;
    intrusive_list<connection, all_idle> idle_;  // the one idle for longest first
    std::size_t open_ = 0;
    std::size_t idle_count_ = 0;
    std::size_t waiting_ = 0;
    std::uint64_t arrivals_ = 0;
    std::uint64_t created_ = 0;
    std::uint64_t reused_ = 0;
};

/// Waits for a lease. Cancelled, or out of time, it leaves the line and holds nothing.
class lease_waiter final : public suspension, public list_node<by_arrival>, private timer {
public:
    lease_waiter(pool& from, std::string_view key, duration limit) noexcept
        : pool_(from), key_(key), limit_(limit) {}

    bool await_ready();
    void await_suspend(coroutine caller);
    lease await_resume();

    void interrupt() noexcept override;
    std::string_view what() const noexcept override { return "http connection pool"; }

private:
    friend class pool;

    void leave_line() noexcept;
    void serve(lease taken) noexcept;
    void refuse() noexcept;
    void on_due() noexcept override;

    pool& pool_;
    std::string_view key_;
    duration limit_;
    origin* origin_ = nullptr;
    std::uint64_t arrival_ = 0;
    std::optional<lease> taken_;
    bool timed_out_ = false;
};

inline lease_waiter pool::acquire(std::string_view key, duration limit) noexcept {
    return lease_waiter(*this, key, limit);
}

}  // namespace eddy::http
