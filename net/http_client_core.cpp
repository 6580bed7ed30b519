#include "http_client_core.hpp"

#include <eddy/timeout.hpp>

#include "http_redirect.hpp"
#include "http_writer.hpp"

#include <algorithm>
#include <utility>

namespace eddy::http {

namespace {

constexpr std::size_t sent_in_one_write = 16 * 1024;
constexpr std::uint64_t reserved_at_once = 1024 * 1024;

error_context context_of(const request_plan& plan, phase at, time_point started) {
    error_context context;
    context.url = redacted(plan.where.href());
    context.phase = at;
    context.elapsed = event_loop::current()->now() - started;
    return context;
}

bool asks_to_close(const headers& own, const headers& defaults) noexcept {
    const headers& sent = own.contains("connection") ? own : defaults;
    return sent.has_token("connection", "close");
}

headers for_other_origins(headers all) {
    all.remove_sensitive();
    all.remove("Host");
    return all;
}

void append_head(std::string& out, const request_plan& plan, const headers& defaults) {
    append_request_head(out, plan.verb, plan.where.target(), plan.where.host(), plan.headers,
                        defaults, plan.body.size());
}

}  // namespace

client_core::client_core(client_options settings)
    : client_core(settings, connect_over_network(settings.tls_)) {}

client_core::client_core(client_options settings, connector connect)
    : settings_(std::move(settings)), connect_(std::move(connect)), pool_(settings_.limits_) {}

request_plan client_core::plan(method verb, url where, options settings) const {
    if (verb == method::connect)
        throw error(error_kind::invalid_method, "CONNECT asks for a tunnel, and this makes none");
    request_plan made{
        .verb = verb,
        .where = where.with_fragment_removed(),
        .headers = std::move(settings.headers_),
        .body = std::move(settings.body_),
        .patience = settings.timeouts_.value_or(settings_.timeouts_),
        .max_body = settings.max_body_.value_or(settings_.limits_.body),
        .follow_redirects = settings.follow_redirects_,
        .left_origin = false,
        .history = {},
        .visited = {},
    };
    if (settings.total_) made.patience.total = *settings.total_;
    return made;
}

task<response> client_core::request(std::shared_ptr<client_core> self, request_plan plan) {
    const time_point started = event_loop::current()->now();
    const deadline_scope total(plan.patience.total);
    try {
        exchange answered = co_await self->follow(plan);
        response whole;
        co_await self->read_body(answered, whole, plan.max_body);
        message_head& head = answered.head();
        whole.status = head.status;
        whole.reason = std::move(head.reason);
        answered.finish();  // it asks the headers whether the connection goes on
        whole.headers = std::move(head.headers);
        whole.url = plan.where.href();
        whole.history = std::move(plan.history);
        co_return whole;
    } catch (const cancelled&) {
        if (!total.absorbs_cancellation()) throw;
    }
    const error_context context = context_of(plan, phase::done, started);
    throw error(error_kind::total_timeout, "the request took too long").with(context);
}

task<response_stream> client_core::stream(std::shared_ptr<client_core> self, request_plan plan) {
    const time_point started = event_loop::current()->now();
    const deadline_scope total(plan.patience.total);
    try {
        auto answered = std::make_unique<exchange>(co_await self->follow(plan));
        response head;
        head.status = answered->head().status;
        head.reason = answered->head().reason;
        head.headers = answered->head().headers;
        head.url = plan.where.href();
        head.history = std::move(plan.history);
        co_return response_stream(std::move(self), std::move(answered), std::move(head));
    } catch (const cancelled&) {
        if (!total.absorbs_cancellation()) throw;
    }
    const error_context context = context_of(plan, phase::done, started);
    throw error(error_kind::total_timeout, "the request took too long").with(context);
}

task<exchange> client_core::follow(request_plan& plan) {
    for (;;) {
        exchange answered = co_await perform(plan);
        if (!plan.follow_redirects || !is_redirect(answered.head())) co_return answered;
        try {
            follow_redirect(plan, answered.head(), settings_.limits_.redirects);
        } catch (const error& refused) {
            throw refused.with(answered.context());
        }
        // `answered` ends here: a short body that has come with its head lets the connection live.
    }
}

task<exchange> client_core::perform(const request_plan& plan) {
    const time_point started = event_loop::current()->now();
    phase at = phase::prepare;
    std::exception_ptr failure;
    try {
        std::string text;
        text.reserve(512);
        if (plan.left_origin) {
            append_head(text, plan, for_other_origins(settings_.headers_));
        } else {
            append_head(text, plan, settings_.headers_);
        }
        std::string_view rest = plan.body;
        if (rest.size() <= sent_in_one_write) text += std::exchange(rest, {});

        at = phase::pool;
        const std::string origin = plan.where.origin();
        lease held = co_await pool_.acquire(origin, plan.patience.pool);
        for (;;) {
            if (!held.get()) held.attach(co_await open(plan, at));
            exchange attempt(std::move(held), settings_.limits_, plan.patience, plan.where.href(),
                             started);
            if (asks_to_close(plan.headers, settings_.headers_)) attempt.close_afterwards();
            failure = nullptr;
            try {
                co_await attempt.run(plan.verb, text, rest);
            } catch (const std::exception&) {
                failure = std::current_exception();
            }
            if (!failure) co_return attempt;
            const error failed = to_error(failure, attempt.context());
            if (!attempt.may_be_replayed(failed)) throw failed;
            held = attempt.take_lease();
        }
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    throw to_error(failure, context_of(plan, at, started));
}

task<std::shared_ptr<connection>> client_core::open(const request_plan& plan, phase& at) {
    const deadline_scope patience(plan.patience.connect);
    try {
        at = phase::connect;
        connected made = co_await connect_(plan.where, at);
        co_return connection::start(std::move(made.stream), std::move(made.peer));
    } catch (const cancelled&) {
        if (!patience.absorbs_cancellation()) throw;
    }
    throw error(error_kind::connect_timeout, "no connection in time");
}

task<> client_core::read_body(exchange& from, response& into, std::uint64_t limit) {
    const auto length = from.body_length();
    const auto too_large = [&] {
        return error(error_kind::body_too_large,
                     "the body exceeds " + std::to_string(limit) + " bytes")
            .with(from.context());
    };
    if (length.value_or(0) > limit) throw too_large();
    into.body.reserve(static_cast<std::size_t>(std::min(length.value_or(0), reserved_at_once)));
    while (!from.is_complete()) {
        std::span<char> part = from.available();
        if (part.empty()) part = co_await from.next();
        if (part.size() > limit - into.body.size()) throw too_large();
        into.body.append(part.data(), part.size());
    }
}

}  // namespace eddy::http
