#include "http_session.hpp"

#include <eddy/cancelled.hpp>
#include <eddy/timeout.hpp>

#include "http_server_state.hpp"
#include "http_target.hpp"
#include "http_text.hpp"
#include "http_writer.hpp"

#include <algorithm>
#include <utility>

namespace eddy::http {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t buffer_size = 16 * 1024;
constexpr std::size_t sent_in_one_write = 64 * 1024;
constexpr std::size_t most_kept_capacity = 16 * 1024;  // by a connection that may be idle for long
constexpr duration time_to_linger = 1s;

int status_for(error_kind why) noexcept {
    switch (why) {
        case error_kind::read_timeout: return 408;
        case error_kind::body_too_large: return 413;
        case error_kind::target_too_long: return 414;
        case error_kind::header_line_too_long:
        case error_kind::header_block_too_large:
        case error_kind::too_many_headers: return 431;
        case error_kind::unsupported_expectation: return 417;
        case error_kind::unsupported_method: return 501;
        case error_kind::unsupported_version: return 505;
        default: return 400;
    }
}

bool has_body(const message_head& head) noexcept {
    return head.framing.of_request().end != body_framing::by::nothing;
}

void check_expectation(const message_head& head) {
    const auto expected = head.headers.find("expect");
    if (!expected || equals_ignoring_case(*expected, "100-continue")) return;
    throw error(error_kind::unsupported_expectation, *expected);
}

// Each pause has its limit, which a byte now and then keeps to. So in the long run it also matters
// how much has moved since the beginning.
class pace {
public:
    pace(duration pause, std::uint64_t slowest) noexcept : pause_(pause), slowest_(slowest) {}

    /// How long to wait now that `moved` bytes have come or gone.
    duration time_for_more(std::uint64_t moved) const noexcept {
        if (slowest_ == 0) return pause_;
        const auto earned = std::chrono::seconds(std::min(moved / slowest_, longest_in_seconds));
        const time_point end = deadline_after(deadline_after(start_, pause_), earned);
        return std::min(pause_, end - event_loop::current()->now());
    }

private:
    static constexpr std::uint64_t longest_in_seconds = 1'000'000'000;

    time_point start_ = event_loop::current()->now();
    duration pause_;
    std::uint64_t slowest_;
};

}  // namespace

session::session(server::state& of, any_stream stream, std::string peer)
    : server_(of),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      buffer_(std::make_unique_for_overwrite<char[]>(buffer_size)),
      parser_(message_kind::request, of.limits.headers),
      // Nobody stops a session that was not there yet when the server closed.
      keep_alive_(!of.closing) {
    of.sessions.push_back(*this);
    ++of.stats.open;
}

session::~session() {
    unlink();
    --server_.stats.open;
}

void session::stop() noexcept {
    keep_alive_ = false;
    if (idle_ != nullptr) idle_->cancel();
}

task<> session::run() {
    try {
        while (co_await serve_one()) {
        }
        co_await stream_.close();
    } catch (const std::exception&) {
        // The connection broke. The client knows, and nobody else is concerned.
    }
}

// Returns whether the connection goes on.
task<bool> session::serve_one() {
    std::optional<error_kind> refused;
    method asked_by = method::get;
    int minor_version = 1;
    request asked;
    try {
        if (!co_await read_head()) co_return false;
        message_head head = parser_.take();
        asked_by = head.method;
        minor_version = head.minor_version;
        keep_alive_ = keep_alive_ && head.keep_alive && !server_.closing;
        if (head.method == method::connect) throw error(error_kind::unsupported_method, "CONNECT");
        auto found = resolve_target(head);
        asked.method = head.method;
        asked.target = std::move(found.target);
        asked.host = std::move(found.host);
        asked.peer = peer_;
        check_expectation(head);
        if (has_body(head)) co_await read_body(asked, head);
        asked.headers = std::move(head.headers);
    } catch (const error& failure) {
        if (failure.group() == error_group::network) co_return false;
        refused = failure.kind();
    }
    if (refused) {
        co_await refuse(*refused, asked_by);
        co_return false;
    }
    ++server_.stats.requests;
    const response answered = co_await answer(std::move(asked));
    if (answered.headers.has_token("connection", "close")) keep_alive_ = false;
    co_await send(answered, asked_by, minor_version);
    if (!keep_alive_) co_await linger();
    co_return keep_alive_;
}

// Returns false if there is no further request.
task<bool> session::read_head() {
    if (unread().empty()) co_await wait_for_request();
    if (unread().empty()) co_return false;
    feed();
    if (!parser_.complete()) co_await read_rest_of_head();
    co_return parser_.complete();
}

// One deadline for all of it: a client that sends a byte now and then does not move it.
task<> session::read_rest_of_head() {
    const deadline_scope patience(server_.limits.head);
    try {
        while (!parser_.complete()) {
            co_await fill();
            if (ended_ && parser_.untouched()) co_return;  // an empty line and nothing more
            if (ended_) throw error(error_kind::closed_in_head, "the client left");
            feed();
        }
        co_return;
    } catch (const cancelled&) {
        if (!patience.absorbs_cancellation()) throw;
    }
    throw error(error_kind::read_timeout, "the headers came too slowly");
}

void session::feed() {
    const std::span<char> came = unread();
    begin_ += parser_.feed(std::string_view(came.data(), came.size()));
}

task<> session::read_body(request& into, const message_head& head) {
    const body_framing framing = head.framing.of_request();
    if (framing.length > server_.limits.body) throw error(error_kind::body_too_large, "too large");
    if (head.headers.contains("expect") && head.minor_version > 0 && unread().empty()) {
        co_await write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    body_decoder decoder(framing, message_kind::request, server_.limits.headers);
    const pace begun(server_.limits.body_pause, server_.limits.slowest);
    std::uint64_t received = unread().size();
    while (!decoder.complete()) {
        if (unread().empty()) {
            co_await fill_body(begun.time_for_more(received));
            received += unread().size();
            if (ended_) decoder.end_of_stream();
        }
        const auto piece = decoder.decode(unread());
        begin_ += piece.taken;
        if (piece.payload.size() > server_.limits.body - into.body.size()) {
            throw error(error_kind::body_too_large, "too large");
        }
        into.body.append(piece.payload.data(), piece.payload.size());
    }
}

task<response> session::answer(request asked) {
    std::exception_ptr failure;
    request seen(asked.method, asked.target);
    seen.host = asked.host;
    seen.peer = asked.peer;
    try {
        response answered = co_await server_.handler(std::move(asked));
        if (answered.status >= 200 && answered.status <= 999) co_return answered;
        failure =
            std::make_exception_ptr(std::logic_error("a handler's status must be 200 or more"));
    } catch (const cancelled&) {
        throw;
    } catch (...) {
        failure = std::current_exception();
    }
    tell(seen, failure);
    co_return response(500, "Internal Server Error\n");
}

void session::tell(const request& seen, const std::exception_ptr& failure) noexcept {
    try {
        server_.report(seen, failure);
    } catch (...) {
        // The client shall have its answer all the same.
    }
}

task<> session::send(const response& answered, method asked, int minor_version) {
    out_.clear();
    response_style style;
    style.asked = asked;
    style.minor_version = minor_version;
    style.keep_alive = keep_alive_;
    style.date = server_.date();
    std::string_view rest;
    if (append_response_head(out_, answered, style)) {
        // What fits goes into one write with the head; what does not is not copied.
        const std::string_view body = answered.body;
        const std::size_t room = sent_in_one_write - std::min(out_.size(), sent_in_one_write);
        out_ += body.substr(0, room);
        rest = body.substr(std::min(room, body.size()));
    }
    co_await write(out_);
    if (!rest.empty()) co_await write(rest);
    if (out_.capacity() > most_kept_capacity) out_ = std::string();
}

task<> session::refuse(error_kind why, method asked_by) {
    ++server_.stats.refused;
    keep_alive_ = false;
    const int status = status_for(why);
    const response answered(status, std::string(reason_phrase(status)) + ": " +
                                        std::string(to_string(why)) + '\n');
    co_await send(answered, asked_by, 1);
    co_await linger();
}

// Out of time, or told to stop, it just comes back without a byte.
task<> session::wait_for_request() {
    deadline_scope patience(server_.limits.idle);
    idle_ = &patience;
    if (!keep_alive_) patience.cancel();
    try {
        co_await fill();
    } catch (const cancelled&) {
        idle_ = nullptr;
        if (!patience.absorbs_cancellation()) throw;
    }
    idle_ = nullptr;
}

task<> session::fill() {
    begin_ = end_ = 0;
    end_ = co_await stream_.read(std::as_writable_bytes(std::span(buffer_.get(), buffer_size)));
    ended_ = end_ == 0;
}

task<> session::fill_body(duration limit) {
    const deadline_scope patience(limit);
    try {
        co_await fill();
        co_return;
    } catch (const cancelled&) {
        if (!patience.absorbs_cancellation()) throw;
    }
    throw error(error_kind::read_timeout, "the body came too slowly");
}

task<> session::write(std::string_view text) {
    const pace begun(server_.limits.write, server_.limits.slowest);
    std::uint64_t taken = 0;
    while (taken < text.size()) {
        const deadline_scope patience(begun.time_for_more(taken));
        try {
            taken += co_await stream_.write(std::as_bytes(std::span(text.substr(taken))));
            continue;
        } catch (const cancelled&) {
            if (!patience.absorbs_cancellation()) throw;
        }
        throw error(error_kind::write_timeout, "the client takes no bytes");
    }
}

// Closing while the client still sends would reset the connection, and the answer could be lost on
// its way. So only our side is closed, and for a while what more the client says is thrown away
// (RFC 9112, 9.6). How much that is matters less than how long: megabytes can be under way already.
task<> session::linger() {
    if (ended_) co_return;
    const deadline_scope patience(time_to_linger);
    try {
        co_await stream_.shutdown_write();
        while (!ended_) co_await fill();
    } catch (const cancelled&) {
        if (!patience.absorbs_cancellation()) throw;
    }
}

}  // namespace eddy::http
