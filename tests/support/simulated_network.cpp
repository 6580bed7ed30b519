#include "simulated_network.hpp"

#include "sockets.hpp"

#include <eddy/socket.hpp>

#include <algorithm>
#include <optional>

namespace eddy::testing {
namespace {

std::size_t total_size(const operation& op) noexcept {
    std::size_t total = 0;
    for (const io_buffer& each : op.buffers) total += each.size;
    return total;
}

// The byte at a place of an operation's buffers, taken as one.
std::byte& byte_at(const operation& op, std::size_t place) noexcept {
    auto buffer = op.buffers.begin();
    for (; place >= buffer->size; ++buffer) place -= buffer->size;
    return static_cast<std::byte*>(buffer->data)[place];
}

void fail(operation& op, std::errc error) noexcept {
    op.error = error;
}

}  // namespace

unique_handle simulated_network::open(socket made) {
    // A real one, of which only the number matters.
    std::error_code error;
    unique_handle handle = eddy::open_socket(address_family::ipv4, socket_type::datagram, error);
    // The number was in use here before, so that handle was closed behind our back.
    if (sockets_.contains(handle.get())) on_close(handle.get(), time_point());
    sockets_.emplace(handle.get(), std::move(made));
    return handle;
}

std::pair<unique_handle, unique_handle> simulated_network::open_pair() {
    unique_handle one = open(socket());
    unique_handle other = open(socket());
    at(one.get()).peer = other.get();
    at(other.get()).peer = one.get();
    return {std::move(one), std::move(other)};
}

unique_handle simulated_network::open_socket() {
    return open(socket());
}

unique_handle simulated_network::open_listener(const endpoint& where) {
    socket made;
    made.listens_at = where;
    return open(std::move(made));
}

void simulated_network::shut_down(native_handle end, time_point now) noexcept {
    const native_handle peer = at(end).peer;
    if (peer == invalid_handle) return;
    socket& other = at(peer);
    // The end comes after everything that is on its way.
    const time_point last = other.incoming.empty() ? now : other.incoming.back().arrives;
    other.end_of_stream = std::max(last, now + dice_.latency());
}

void simulated_network::reset(native_handle end) noexcept {
    socket& one = at(end);
    one.broken = true;
    one.incoming.clear();
    if (one.peer == invalid_handle) return;
    at(one.peer).broken = true;
    at(one.peer).incoming.clear();
}

void simulated_network::on_attach(native_handle handle) noexcept {
    const auto [place, is_foreign] = sockets_.try_emplace(handle);
    place->second.attached = true;
    if (!is_foreign) return;
    // Of a listener, where it listens. Who only connects is bound nowhere yet.
    std::error_code ignored;
    place->second.listens_at = local_endpoint(handle, ignored);
}

void simulated_network::on_close(native_handle handle, time_point now) noexcept {
    const auto found = sockets_.find(handle);
    if (found == sockets_.end()) return;
    if (const native_handle peer = found->second.peer; peer != invalid_handle) {
        shut_down(handle, now);
        at(peer).peer = invalid_handle;
    }
    const socket gone = std::move(found->second);
    sockets_.erase(found);
    for (const connection_request& refused : gone.backlog) {
        on_close(refused.server_end.get(), now);
    }
}

std::optional<time_point> simulated_network::possible_at(const operation& op) const {
    constexpr time_point at_once = time_point::min();
    const socket& on = at(op.handle);
    switch (op.code) {
        case opcode::accept:
            if (on.refusal) return at_once;
            if (on.backlog.empty()) return std::nullopt;
            return on.backlog.front().arrives;
        case opcode::receive:
        case opcode::readable:
            if (on.broken) return at_once;
            if (!on.incoming.empty()) return on.incoming.front().arrives;
            return on.end_of_stream;
        case opcode::send:
        case opcode::writable:
            if (on.broken || on.peer == invalid_handle) return at_once;
            if (unread(on.peer) >= window) return std::nullopt;
            return at_once;
        default: return at_once;
    }
}

void simulated_network::perform(operation& op, time_point now) {
    switch (op.code) {
        case opcode::accept: return accept(op);
        case opcode::connect: return connect(op, now);
        case opcode::receive: return receive(op, now);
        case opcode::send: return send(op, now);
        case opcode::readable:
        case opcode::writable: return;
        default: return fail(op, std::errc::operation_not_supported);
    }
}

simulated_network::socket* simulated_network::listener_at(const endpoint& where) noexcept {
    for (auto& [handle, each] : sockets_) {
        if (each.listens_at == where) return &each;
    }
    return nullptr;
}

void simulated_network::connect(operation& op, time_point now) {
    socket* const listener = listener_at(*op.peer);
    if (listener == nullptr) return fail(op, std::errc::connection_refused);
    socket server;
    server.peer = op.handle;
    unique_handle server_end = open(std::move(server));
    at(op.handle).peer = server_end.get();
    listener->backlog.push_back(
        {now + dice_.latency(), std::move(server_end), endpoint::loopback(next_port_++)});
}

void simulated_network::accept(operation& op) {
    if (const auto why = std::exchange(at(op.handle).refusal, std::nullopt)) return fail(op, *why);
    std::deque<connection_request>& backlog = at(op.handle).backlog;
    connection_request first = std::move(backlog.front());
    backlog.pop_front();
    op.value = static_cast<std::uint64_t>(first.server_end.release());
    if (op.peer != nullptr) *op.peer = first.client;
}

void simulated_network::receive(operation& op, time_point now) {
    socket& from = at(op.handle);
    if (from.broken) return fail(op, std::errc::connection_reset);
    const std::size_t wanted = total_size(op);
    const std::size_t most = wanted == 0 || dice_.flip() ? wanted : 1 + dice_.roll(wanted);
    std::size_t count = 0;
    while (count < most && !from.incoming.empty() && from.incoming.front().arrives <= now) {
        std::deque<std::byte>& bytes = from.incoming.front().bytes;
        byte_at(op, count++) = bytes.front();
        bytes.pop_front();
        if (bytes.empty()) from.incoming.pop_front();
    }
    op.value = count;
}

void simulated_network::send(operation& op, time_point now) {
    socket& from = at(op.handle);
    if (from.broken) return fail(op, std::errc::connection_reset);
    if (from.peer == invalid_handle) return fail(op, std::errc::broken_pipe);
    const std::size_t room = std::min(total_size(op), window - unread(from.peer));
    const std::size_t count = room == 0 || dice_.flip() ? room : 1 + dice_.roll(room);
    op.value = count;
    if (count == 0) return;

    std::deque<packet>& way = at(from.peer).incoming;
    // Bytes do not overtake each other.
    const time_point previous = way.empty() ? now : way.back().arrives;
    packet sent{std::max(previous, now + dice_.latency()), {}};
    for (std::size_t i = 0; i < count; ++i) sent.bytes.push_back(byte_at(op, i));
    way.push_back(std::move(sent));
}

void simulated_network::notice_closed(time_point now) noexcept {
    std::vector<native_handle> closed;
    for (const auto& [handle, each] : sockets_) {
        if (!each.attached && !is_open(handle)) closed.push_back(handle);
    }
    for (const native_handle handle : closed) on_close(handle, now);
}

std::size_t simulated_network::unread(native_handle end) const {
    std::size_t total = 0;
    for (const packet& each : at(end).incoming) total += each.bytes.size();
    return total;
}

}  // namespace eddy::testing
