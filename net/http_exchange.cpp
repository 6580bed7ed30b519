#include "http_exchange.hpp"

#include <eddy/sleep.hpp>
#include <eddy/timeout.hpp>

#include "http_text.hpp"

#include <algorithm>
#include <charconv>

namespace eddy::http {

namespace {

// "timeout=5, max=100" in Keep-Alive: a hint of the server how long it will wait.
std::optional<std::chrono::seconds> keep_alive_hint(const headers& fields) noexcept {
    list_elements list(fields.find("keep-alive").value_or(""));
    for (std::string_view element; list.next(element);) {
        constexpr std::string_view name = "timeout=";
        if (element.size() <= name.size() ||
            !equals_ignoring_case(element.substr(0, name.size()), name)) {
            continue;
        }
        const std::string_view digits = element.substr(name.size());
        int seconds = 0;
        const auto [end, problem] =
            std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
        if (problem == std::errc() && seconds >= 0) return std::chrono::seconds(seconds);
    }
    return std::nullopt;
}

}  // namespace

// While it exists, time running out and an early refusal both end the write. Nothing else does: a
// write that is cancelled within a TLS record could not be followed by another one.
class exchange::write_scope final : private arrival_listener {
public:
    write_scope(exchange& of, duration limit) : of_(of), scope_(limit) {
        of_.on().tell_arrivals_to(this);
    }
    write_scope(const write_scope&) = delete;
    write_scope& operator=(const write_scope&) = delete;
    ~write_scope() { of_.on().tell_arrivals_to(nullptr); }

    bool absorbs_cancellation() const noexcept { return scope_.absorbs_cancellation(); }

private:
    void on_arrival() noexcept override {
        if (of_.is_refused()) scope_.cancel();
    }

    exchange& of_;
    deadline_scope scope_;
};

exchange::exchange(lease held, const client_limits& limits, const timeouts& patience,
                   std::string_view url, time_point started)
    : held_(std::move(held)),
      limits_(limits),
      patience_(patience),
      url_(url),
      started_(started),
      reused_(on().was_used()),
      parser_(message_kind::response, limits_.headers),
      head_(message_kind::response) {}

task<> exchange::run(method asked, std::string_view text, std::string_view rest) {
    idempotent_ = is_idempotent(asked);
    if (reused_) co_await look_behind_last_response();
    if (on().has_news())
        throw error(error_kind::closed_before_response, "the idle connection ended");
    held_.begin_exchange();
    if (!rest.empty()) on().arm();  // a long body may be answered before its end
    co_await send(text);
    if (!rest.empty()) co_await send(rest);
    sent_ = written_ == text.size() + rest.size();
    phase_ = phase::receive_head;
    co_await receive_head(asked);
    phase_ = phase::receive_body;
}

// What came behind the last response, and was not asked for, would be taken for the next one. It
// may lie in the kernel still, or in a TLS record: so the pump begins to receive, the loop polls,
// and only then is the connection known to be silent. A server that has hung up shows, too. With 64
// connections a request takes 10.8 us of processor time with this as without.
task<> exchange::look_behind_last_response() {
    while (on().is_about_to_receive()) co_await yield();
    co_await sleep(duration::zero());
}

// Ends early, without an exception, if the server refuses or hangs up first: what it has to say is
// worth more than that we could not finish.
task<> exchange::send(std::string_view text) {
    while (!text.empty() && !write_failure_ && !is_refused()) {
        const write_scope scope(*this, patience_.write);
        try {
            const std::size_t taken = co_await on().write(std::as_bytes(std::span(text)));
            written_ += taken;
            text.remove_prefix(taken);
        } catch (const std::system_error&) {
            write_failure_ = std::current_exception();
        } catch (const cancelled&) {
            if (!scope.absorbs_cancellation()) throw;
            if (!is_refused()) throw error(error_kind::write_timeout, "the peer takes no bytes");
        }
    }
}

// Whether the server wants no more of the request: it has refused or redirected it, hung up, or
// sent what is no answer. An informational response is none, and the real one is still to come
// (RFC 9110, 15.2). One that is satisfied may have read nothing yet, and want all of it.
bool exchange::is_refused() noexcept {
    if (!answered_ && !head_failure_ && !on().unread().empty()) {
        try {
            parse_head();
        } catch (const std::exception&) {
            head_failure_ = std::current_exception();
        }
    }
    if (head_failure_) return true;
    if (answered_) return !is_satisfied();
    if (on().has_ended()) return true;
    on().arm();
    return false;
}

task<> exchange::receive_head(method asked) {
    if (head_failure_) std::rethrow_exception(head_failure_);
    for (parse_head(); !answered_; parse_head()) {
        const std::span<char> came = co_await on().receive(patience_.read);
        if (!came.empty()) continue;
        if (write_failure_) std::rethrow_exception(write_failure_);
        if (received_)
            throw error(error_kind::closed_in_head, "the connection closed in the headers");
        throw error(error_kind::closed_before_response, "the connection closed without an answer");
    }
    // It has not seen the end of what it was satisfied with.
    if (write_failure_ && is_satisfied()) std::rethrow_exception(write_failure_);
    const body_framing framing = head_.framing.of_response(asked, head_.status);
    body_.emplace(framing, message_kind::response, limits_.headers);
}

void exchange::parse_head() {
    while (!answered_ && !on().unread().empty()) {
        const std::span<char> came = on().unread();
        received_ = true;
        on().consume(parser_.feed(std::string_view(came.data(), came.size())));
        if (parser_.complete()) take_head();
    }
}

void exchange::take_head() {
    head_ = parser_.take();
    answered_ = head_.status >= 200;
    if (answered_) return;
    if (head_.status == 101) throw error(error_kind::unexpected_upgrade, "101 without being asked");
    if (informational_++ >= limits_.informational)
        throw error(error_kind::too_many_informational, "one 1xx response after the other");
}

bool exchange::may_be_replayed(const error& failure) const noexcept {
    // A server that is only slow may be at work on it, and our time is up.
    if (failure.group() == error_group::timeout) return false;
    return reused_ && !received_ && (idempotent_ || written_ == 0);
}

lease exchange::take_lease() noexcept {
    held_.detach();
    return std::move(held_);
}

std::optional<std::uint64_t> exchange::body_length() const noexcept {
    const body_framing framing = body_->framing();
    if (framing.end == body_framing::by::length) return framing.length;
    if (framing.end == body_framing::by::nothing) return 0;
    return std::nullopt;
}

std::span<char> exchange::decode() {
    std::span<char> payload;
    // A part of the framing may give no payload at all.
    while (payload.empty() && !body_->complete() && !on().unread().empty()) {
        const auto piece = body_->decode(on().unread());
        on().consume(piece.taken);
        payload = piece.payload;
    }
    return payload;
}

// The context names the peer, so it is taken before the connection is let go.
void exchange::fail_in_body(const error& why) {
    body_failure_ = why.with(context());
    held_ = lease();
    throw *body_failure_;
}

std::span<char> exchange::available() {
    if (body_failure_) throw *body_failure_;
    try {
        return decode();
    } catch (const std::exception&) {
        fail_in_body(to_error(std::current_exception(), context()));
    }
}

task<std::span<char>> exchange::next() {
    if (body_failure_) throw *body_failure_;
    try {
        while (!body_->complete()) {
            const std::span<char> payload = decode();
            if (!payload.empty()) co_return payload;
            if (body_->complete()) break;
            const std::span<char> came = co_await on().receive(patience_.read);
            if (came.empty()) body_->end_of_stream();
        }
    } catch (const std::exception&) {
        fail_in_body(to_error(std::current_exception(), context()));
    }
    co_return std::span<char>();
}

bool exchange::is_reusable() const noexcept {
    return !last_ && sent_ && is_complete() && head_.keep_alive && !head_.framing.ambiguous() &&
           body_->framing().end != body_framing::by::close && on().unread().empty();
}

// A second less than the server said, so that it does not hang up while our request is on its way.
duration exchange::idle_expiry() const noexcept {
    const auto hint = keep_alive_hint(head_.headers);
    if (!hint) return limits_.idle_expiry;
    return std::min<duration>(limits_.idle_expiry, *hint - std::chrono::seconds(1));
}

void exchange::finish() noexcept {
    if (!held_) return;
    drain();
    const duration expiry = is_reusable() ? idle_expiry() : duration::zero();
    if (expiry > duration::zero()) {
        held_.give_back(expiry);
    } else {
        held_ = lease();
    }
}

// Reads what is here already: then a response nobody wanted to the end may still be complete.
void exchange::drain() noexcept {
    if (!body_) return;
    try {
        while (!decode().empty()) {
        }
    } catch (const error&) {
        held_.begin_exchange();  // and it stays in its middle: it will be closed
        body_.reset();
    }
}

error_context exchange::context() const {
    error_context now;
    now.url = redacted(url_);
    if (held_.get()) now.peer = on().peer();
    now.phase = phase_;
    now.reused = reused_;
    now.elapsed = event_loop::current()->now() - started_;
    return now;
}

}  // namespace eddy::http
