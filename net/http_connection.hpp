#pragma once

#include <eddy/backend.hpp>
#include <eddy/cancel_scope.hpp>
#include <eddy/event.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/intrusive_list.hpp>

#include "any_stream.hpp"

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace eddy::http {

class connection;

/// Told by a connection that stands idle in a pool.
class connection_owner {
public:
    /// The connection can no longer be used: its peer closed it, or sent what nobody asked for.
    virtual void on_idle_ended(connection& which) noexcept = 0;
    /// It was idle for as long as it may be.
    virtual void on_idle_expired(connection& which) noexcept = 0;

protected:
    ~connection_owner() = default;
};

/// Told by a connection of what arrives while somebody still writes.
class arrival_listener {
public:
    /// Bytes have come, or the end.
    virtual void on_arrival() noexcept = 0;

protected:
    ~arrival_listener() = default;
};

struct all_idle;        // the list of a pool's idle connections
struct idle_at_origin;  // those to one origin

/// The client's side of one connection. A task of its own, the pump, does the receiving, so that a
/// receive is armed also while nobody uses the connection: that is how a pool learns at once that a
/// server hung up. The receive that waits in an idle connection then takes the next response.
///
/// The pump keeps the connection alive until the peer closes it or `retire` is called.
class connection final : public std::enable_shared_from_this<connection>,
                         public list_node<all_idle>,
                         public list_node<idle_at_origin>,
                         private timer {
public:
    /// Takes over a stream that is ready to be used. `peer` is for error messages.
    static std::shared_ptr<connection> start(any_stream stream, std::string peer);
    connection(any_stream stream, std::string peer);
    ~connection();

    /// Waits until something has come and gives it; nothing is the end of the stream. What it gave
    /// before must have been consumed. Throws http::error (read_timeout) after `limit`, or what the
    /// stream threw.
    class arrival;
    arrival receive(duration limit) noexcept;

    /// What has come and is not consumed yet. Stays in place until the next `receive`.
    std::span<char> unread() noexcept { return {buffer_.get() + begin_, end_ - begin_}; }
    void consume(std::size_t size) noexcept { begin_ += size; }

    /// Writes some bytes, at least one. Throws `connection_aborted` once the pump is over.
    task<std::size_t> write(std::span<const std::byte> from);

    /// Receives from now on what comes next, also if nobody waits for it.
    void arm() noexcept;
    /// Who is told what arrives from now on. Null: nobody.
    void tell_arrivals_to(arrival_listener* listener) noexcept {
        listener_ = listener;
        if (pump_is_over_) let_stream_go();
    }

    /// Whether bytes, or the end, have come that nobody has received yet.
    bool has_news() const noexcept { return begin_ != end_ || ended_; }
    /// Whether it is to receive, and the kernel was not asked for anything yet.
    bool is_about_to_receive() const noexcept { return armed_ && wanted_.is_set(); }
    bool has_ended() const noexcept { return ended_; }
    bool is_usable() const noexcept { return !has_news() && !retired_; }

    /// Stands idle: a receive is armed and `owner` learns what happens, until `use` is called.
    void idle(connection_owner& owner, time_point expiry);
    void use() noexcept;
    /// Who was told; null while it is in use.
    connection_owner* owner() const noexcept { return owner_; }

    /// Says goodbye and closes, in the pump's task. Never waits.
    void retire() noexcept;

    const std::string& peer() const noexcept { return peer_; }
    time_point started() const noexcept { return started_; }
    bool was_used() const noexcept { return used_; }

private:
    static constexpr std::size_t usual_size = 16 * 1024;
    static constexpr std::size_t largest_size = 128 * 1024;

    static task<> pump(std::shared_ptr<connection> self);
    task<> receive_until_end();
    void end_pump() noexcept;
    void let_stream_go() noexcept;
    void make_room();
    void resize(std::size_t size);
    void arrived(std::size_t size) noexcept;
    void end() noexcept;
    void on_due() noexcept override { owner_->on_idle_expired(*this); }

    event_loop& loop_;
    std::optional<any_stream> stream_;  // until the pump ends
    std::string peer_;
    time_point started_;
    bool used_ = false;  // a response came over it before

    // The pump writes behind `end_`, and only while it is armed; then nothing moves the buffer.
    std::unique_ptr<char[]> buffer_;
    std::size_t size_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    bool filled_ = false;  // the last receive left no room: more was there
    bool armed_ = false;
    bool ended_ = false;
    std::exception_ptr failure_;  // why it ended, if not properly

    event wanted_;  // set: the pump shall receive
    bool retired_ = false;
    bool pump_is_over_ = false;
    cancel_scope* receiving_ = nullptr;  // around the pump's work, while it does any
    arrival_listener* listener_ = nullptr;
    arrival* waiting_ = nullptr;         // who waits for bytes; nobody while it is idle
    connection_owner* owner_ = nullptr;  // set while it is idle
};

/// Waits for bytes on a connection, for a limited time.
class connection::arrival final : public suspension, private timer {
public:
    arrival(connection& on, duration limit) noexcept : on_(on), limit_(limit) {}

    bool await_ready() const {
        checkpoint();
        return on_.has_news();
    }
    void await_suspend(coroutine caller);
    std::span<char> await_resume() const;

    void interrupt() noexcept override;
    std::string_view what() const noexcept override { return "http response"; }

    void notify() noexcept;

private:
    void on_due() noexcept override;

    connection& on_;
    duration limit_;
    bool timed_out_ = false;
};

inline connection::arrival connection::receive(duration limit) noexcept {
    return arrival(*this, limit);
}

}  // namespace eddy::http
