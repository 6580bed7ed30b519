#include "http_pool.hpp"

#include <eddy/http_error.hpp>

#include <utility>

namespace eddy::http {

origin::origin(pool& of) : pool_(of) {
    origins_by_arrival maker;
    place_ = maker.extract(maker.emplace(turn_, this).first);
}

void origin::on_idle_ended(connection& which) noexcept {
    pool& from = pool_;
    from.drop_idle(*this, which);  // this origin may be gone now
    from.serve();
}

lease::lease(lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      origin_(other.origin_),
      connection_(std::move(other.connection_)),
      in_exchange_(other.in_exchange_) {}

lease& lease::operator=(lease&& other) noexcept {
    if (this == &other) return *this;
    end();
    pool_ = std::exchange(other.pool_, nullptr);
    origin_ = other.origin_;
    connection_ = std::move(other.connection_);
    in_exchange_ = other.in_exchange_;
    return *this;
}

void lease::attach(std::shared_ptr<connection> fresh) noexcept {
    detach();
    connection_ = std::move(fresh);
    ++pool_->created_;
}

void lease::detach() noexcept {
    if (connection_) connection_->retire();
    connection_.reset();
    in_exchange_ = false;
}

void lease::give_back(duration idle_expiry) noexcept {
    pool& to = *std::exchange(pool_, nullptr);
    const std::shared_ptr<connection> used = std::move(connection_);
    if (used->is_usable() && !to.closed_) {
        to.put_idle(*origin_, *used, idle_expiry);
    } else {
        used->retire();
        to.close_slot(*origin_);
    }
    to.serve();
}

void lease::end() noexcept {
    if (pool_ == nullptr) return;
    // A connection that was lent out and never touched is as good as before.
    if (connection_ && !in_exchange_) return give_back(pool_->limits_.idle_expiry);
    pool& to = *std::exchange(pool_, nullptr);
    if (connection_) connection_->retire();
    connection_.reset();
    to.close_slot(*origin_);
    to.serve();
}

origin& pool::at(std::string_view key) {
    if (const auto found = origins_.find(key); found != origins_.end()) return found->second;
    const auto made = origins_.try_emplace(std::string(key), *this).first;
    made->second.key_ = &made->first;
    return made->second;
}

std::optional<lease> pool::try_take(origin& from) {
    const time_point oldest = event_loop::current()->now() - limits_.max_age;
    while (!from.idle_.empty()) {
        connection& warmest = from.idle_.front();
        take_idle(warmest);
        std::shared_ptr<connection> shared = warmest.shared_from_this();
        if (warmest.is_usable() && warmest.started() > oldest) {
            ++reused_;
            return lease(*this, from, std::move(shared));
        }
        warmest.retire();
        --from.open_;
        --open_;
    }
    if (!has_room() || !has_room_at(from)) return std::nullopt;
    if (open_ >= limits_.connections) evict_oldest();
    ++from.open_;
    ++open_;
    return lease(*this, from, nullptr);
}

// Whoever has room at his origin and in the pool can be served. An idle connection makes room in
// the pool for all, since it can be closed, and at its origin, since it can be used.
bool pool::has_room() const noexcept {
    return open_ < limits_.connections || !idle_.empty();
}

bool pool::has_room_at(const origin& at) const noexcept {
    return at.open_ < limits_.per_origin || !at.idle_.empty();
}

// The one who waits longest among those who can be served comes first: nobody is overtaken for long
// by a busier origin.
void pool::serve() noexcept {
    while (!line_.empty() && has_room() && !closed_) {
        origin& next = *line_.begin()->second;
        std::optional<lease> taken = try_take(next);
        if (!taken) return;
        next.waiters_.front().serve(*std::move(taken));
    }
}

// Puts an origin where it belongs, or out of the line, after anything about it has changed.
void pool::line_up(origin& at) noexcept {
    const bool stands = at.place_.empty();
    const bool belongs = !at.waiters_.empty() && has_room_at(at);
    if (!stands && !belongs) return;
    if (stands && belongs && at.turn_ == at.waiters_.front().arrival_) return;
    if (stands) at.place_ = line_.extract(at.turn_);
    if (!belongs) return;
    at.turn_ = at.waiters_.front().arrival_;
    at.place_.key() = at.turn_;
    line_.insert(std::move(at.place_));
}

void pool::put_idle(origin& at, connection& which, duration expiry) noexcept {
    at.idle_.push_front(which);
    idle_.push_back(which);
    ++idle_count_;
    which.idle(at, deadline_after(event_loop::current()->now(), expiry));
    line_up(at);
}

void pool::take_idle(connection& which) noexcept {
    which.list_node<idle_at_origin>::unlink();
    which.list_node<all_idle>::unlink();
    --idle_count_;
    which.use();
}

void pool::drop_idle(origin& at, connection& which) noexcept {
    take_idle(which);
    which.retire();
    close_slot(at);
}

void pool::evict_oldest() noexcept {
    connection& oldest = idle_.front();
    drop_idle(static_cast<origin&>(*oldest.owner()), oldest);
}

void pool::close_slot(origin& at) noexcept {
    --at.open_;
    --open_;
    line_up(at);
    forget_if_unused(at);
    if (closed_ && open_ == 0) drained_.set();
}

void pool::forget_if_unused(origin& at) noexcept {
    if (at.open_ == 0 && at.waiters_.empty()) origins_.erase(origins_.find(*at.key_));
}

void pool::close() noexcept {
    closed_ = true;
    while (!starving_.empty()) starving_.front().waiters_.front().refuse();
    while (!idle_.empty()) evict_oldest();
    if (open_ == 0) drained_.set();
}

client_stats pool::stats() const noexcept {
    return {.open = open_,
            .idle = idle_count_,
            .waiting = waiting_,
            .created = created_,
            .reused = reused_};
}

bool lease_waiter::await_ready() {
    checkpoint();
    if (pool_.closed_) throw error(error_kind::closed_client, "this client was closed");
    origin_ = &pool_.at(key_);
    if (origin_->waiters_.empty()) taken_ = pool_.try_take(*origin_);
    return taken_.has_value();
}

void lease_waiter::await_suspend(coroutine caller) {
    if (limit_ != timeouts::forever) {
        event_loop& loop = *event_loop::current();
        loop.timers().arm(*this, deadline_after(loop.now(), limit_));
    }
    if (origin_->waiters_.empty()) pool_.starving_.push_back(*origin_);
    origin_->waiters_.push_back(*this);
    arrival_ = ++pool_.arrivals_;
    pool_.line_up(*origin_);
    ++pool_.waiting_;
    park(caller);
}

lease lease_waiter::await_resume() {
    throw_if_interrupted();
    if (timed_out_) throw error(error_kind::pool_timeout, "every connection stayed in use");
    if (!taken_) throw error(error_kind::closed_client, "this client was closed");
    lease taken = *std::move(taken_);
    checkpoint();  // chosen and cancelled in the same turn: the lease goes on to the next
    return taken;
}

void lease_waiter::interrupt() noexcept {
    if (!list_node<by_arrival>::is_linked()) return;
    leave_line();
    wake_interrupted();
}

void lease_waiter::on_due() noexcept {
    timed_out_ = true;
    leave_line();
    wake();
}

void lease_waiter::serve(lease taken) noexcept {
    taken_ = std::move(taken);
    leave_line();
    wake();
}

void lease_waiter::refuse() noexcept {
    leave_line();
    wake();
}

void lease_waiter::leave_line() noexcept {
    if (is_armed()) parked_task()->loop.timers().disarm(*this);
    list_node<by_arrival>::unlink();
    --pool_.waiting_;
    pool_.line_up(*origin_);
    if (!origin_->waiters_.empty()) return;
    origin_->list_node<starving>::unlink();
    pool_.forget_if_unused(*origin_);
}

}  // namespace eddy::http
