#include "afd.hpp"
#include "alarm.hpp"
#include "backends.hpp"
#include "windows_calls.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <deque>
#include <unordered_map>

#include <mstcpip.h>
#include <mswsock.h>
#include <ws2tcpip.h>

namespace eddy {
namespace {

// Some facts about completion ports ("I/O Completion Ports" in the Windows documentation), and what
// follows.
//
// - The kernel owns buffers and the OVERLAPPED of a request until its packet has come, also after a
//   cancel, and also if the handle is closed meanwhile. So an OVERLAPPED does not live in the
//   operation but in a `request` of ours, and an operation comes back by its own packet only.
// - A handle belongs to one port for its whole life. What is attached elsewhere can still be
//   followed for `readable` and `writable`: those go through the driver below the sockets.
// - With FILE_SKIP_COMPLETION_PORT_ON_SUCCESS what finishes at once leaves no packet: `submit` is
//   done with it, as with epoll. A request that failed at once never leaves one.
// - An overlapped send comes back when all of it is gone; `submit` therefore offers a piece.

// What stands in a packet's key.
enum packet_key : ULONG_PTR { of_request, of_wake, of_alarm };

// One request to the kernel.
struct request : list_node<> {
    OVERLAPPED overlapped{};
    operation* op = nullptr;
    opcode code = opcode::readable;
    native_handle handle = invalid_handle;
    request* next_free = nullptr;

    std::uint64_t done = 0;     // of a file: bytes transferred by earlier pieces
    DWORD flags = 0;            // of a receive
    INT peer_size = 0;          // of a receive_from
    unique_handle accepted;     // of an accept: the socket that will be connected
    socket_question question;   // of readable and writable on a socket
    HANDLE port = nullptr;      // of readable on another object: where its packet goes,
    HANDLE wait = nullptr;      // the wait for it,
    std::atomic<bool> is_over;  // and whether that has ended by itself
};

request& request_of(OVERLAPPED* overlapped) noexcept {
    return *CONTAINING_RECORD(overlapped, request, overlapped);
}

enum class handle_kind : std::uint8_t { stream, datagram, file, pipe, object };

// What is known of an attached handle.
struct followed {
    handle_kind kind = handle_kind::object;
    int family = AF_UNSPEC;  // of a socket
    bool reports = false;    // to our port
    bool skips = false;      // no packet for what finishes at once
    intrusive_list<request> requests;
};

// The kernel's vectors have another layout than ours; it copies them within the call.
class vectors {
public:
    explicit vectors(std::span<const io_buffer> buffers, std::size_t most_bytes = most) noexcept {
        for (const io_buffer& each : buffers.first(std::min(buffers.size(), all_.size() - 1))) {
            const std::size_t size = std::min(each.size, most_bytes);
            add(each.data, size);
            most_bytes -= size;
        }
    }
    void add(void* data, std::size_t size) noexcept {
        all_[count_++] = {static_cast<ULONG>(size), static_cast<CHAR*>(data)};
    }
    WSABUF* data() noexcept { return all_.data(); }
    DWORD size() const noexcept { return count_; }

private:
    static constexpr std::size_t most = 1 << 30;
    std::array<WSABUF, 65> all_;
    DWORD count_ = 0;
};

std::uint64_t total_size(std::span<const io_buffer> buffers) noexcept {
    std::uint64_t total = 0;
    for (const io_buffer& each : buffers) total += each.size;
    return total;
}

sockaddr* sockaddr_of(endpoint& at) noexcept {
    return reinterpret_cast<sockaddr*>(at.storage().data());
}
int sockaddr_size(const endpoint& at) noexcept {
    return static_cast<int>(at.native().size());
}

DWORD outcome_of_socket_call(int result) noexcept {
    return result == SOCKET_ERROR ? static_cast<DWORD>(::WSAGetLastError()) : 0;
}
DWORD outcome_of_call(BOOL result) noexcept {
    return result ? 0 : ::GetLastError();
}

template <class Function>
bool find_extension(SOCKET socket, GUID id, Function& function) noexcept {
    DWORD size = 0;
    return ::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function,
                      sizeof function, &size, nullptr, nullptr) == 0;
}

// The peer was gone before anybody accepted it; the listener is as good as before.
bool concerns_lost_peer(DWORD error) noexcept {
    return error == ERROR_NETNAME_DELETED || error == ERROR_CONNECTION_ABORTED ||
           error == WSAECONNRESET || error == WSAECONNABORTED;
}

class iocp_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        unique_handle port = owned(::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
        if (!port) {
            error = last_error();
            return nullptr;
        }
        std::unique_ptr<iocp_backend> made(new iocp_backend(std::move(port)));
        error = made->open();
        if (error) return nullptr;
        return made;
    }

    ~iocp_backend() override {
        // The kernel writes into our requests until their packets have come.
        while (!handles_.empty()) detach(handles_.begin()->first);
        is_ending_ = true;
        while (in_flight_ > 0) take_packets(INFINITE);
        while (!finished_.empty()) finished_.pop_front();
    }

    std::error_code attach(native_handle handle) override;
    void detach(native_handle handle) noexcept override;
    bool submit(operation& op) noexcept override;
    void cancel(operation& op) noexcept override;
    void poll(std::optional<duration> timeout, operation_list& completed) override;
    void wake() noexcept override;

    std::string_view name() const noexcept override { return "iocp"; }
    std::uint64_t system_calls() const noexcept override { return system_calls_; }

private:
    explicit iocp_backend(unique_handle port) noexcept : port_(std::move(port)) {}
    std::error_code open() noexcept;

    // Handles.
    void learn_about_socket(SOCKET socket, const WSAPROTOCOL_INFOW& about, followed& on) noexcept;

    // Starting. Each gives 0, ERROR_IO_PENDING or an error; `bytes` is set if it gives 0.
    DWORD start(followed& on, request& asked, DWORD& bytes) noexcept;
    DWORD start_accept(followed& on, request& asked) noexcept;
    DWORD start_connect(followed& on, request& asked) noexcept;
    DWORD start_receive_from(request& asked, DWORD& bytes) noexcept;
    DWORD start_pipe(request& asked, DWORD& bytes) noexcept;
    DWORD start_wait(followed& on, request& asked) noexcept;
    DWORD start_file(followed& on, request& asked, DWORD& bytes) noexcept;
    DWORD end_at_once(const followed& on, request& asked, DWORD error) noexcept;

    // Ending.
    void take_packets(DWORD milliseconds);
    void on_packet(request& ended, DWORD bytes) noexcept;
    bool goes_on(followed& on, request& ended, DWORD& error, DWORD& bytes) noexcept;
    void finish(request& ended, DWORD error, std::uint64_t bytes) noexcept;
    void finish_accept(request& ended) noexcept;
    void cancel(request& asked) noexcept;

    request& take_request(operation& op);
    void give_back(request& ended) noexcept;

    static void CALLBACK on_signalled(void* waiting, BOOLEAN) noexcept;

    HANDLE port() const noexcept { return handle_of(port_.get()); }

    const unique_handle port_;
    socket_driver driver_;
    alarm alarm_{port(), of_alarm};
    LPFN_ACCEPTEX accept_ = nullptr;
    LPFN_CONNECTEX connect_ = nullptr;

    std::unordered_map<native_handle, followed> handles_;
    std::deque<request> requests_;  // all there ever were; kept for the next ones
    request* free_requests_ = nullptr;
    std::size_t in_flight_ = 0;
    operation_list finished_;
    bool is_ending_ = false;
    bool is_woken_ = false;
    std::uint64_t system_calls_ = 0;

    // Set by whoever wakes, cleared when its packet has come: so there is one packet at a time, and
    // a wake that finds it set is covered by a return of `poll` that is still to come.
    std::atomic<bool> wake_is_posted_ = false;

    std::array<OVERLAPPED_ENTRY, 256> packets_;
    // What the kernel insists on writing and nobody reads.
    std::array<std::byte, 2 * (sizeof(sockaddr_storage) + 16)> accept_addresses_;
    std::array<std::byte, 64 * 1024> rest_of_datagram_;
};

std::error_code iocp_backend::open() noexcept {
    std::error_code error = driver_.open(port());
    if (error) return error;
    const unique_handle socket(
        ::WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT));
    if (!socket || !find_extension(socket_of(socket.get()), WSAID_ACCEPTEX, accept_) ||
        !find_extension(socket_of(socket.get()), WSAID_CONNECTEX, connect_))
        return last_socket_error();
    return {};
}

// Handles -----------------------------------------------------------------------------------------

std::error_code iocp_backend::attach(native_handle handle) {
    followed& on = handles_[handle];
    WSAPROTOCOL_INFOW about;
    int size = sizeof about;
    ++system_calls_;
    if (::getsockopt(socket_of(handle), SOL_SOCKET, SO_PROTOCOL_INFOW,
                     reinterpret_cast<char*>(&about), &size) == 0) {
        learn_about_socket(socket_of(handle), about, on);
    } else if (const DWORD type = ::GetFileType(handle_of(handle)); type != FILE_TYPE_UNKNOWN) {
        on.kind = type == FILE_TYPE_DISK ? handle_kind::file : handle_kind::pipe;
    } else {
        DWORD ignored = 0;
        if (::GetHandleInformation(handle_of(handle), &ignored)) return {};
        handles_.erase(handle);
        return last_error();
    }
    system_calls_ += 2;
    // Refused for a handle of another port, and for a file whose calls wait.
    on.reports = ::CreateIoCompletionPort(handle_of(handle), port(), of_request, 0) != nullptr;
    if (!on.reports) return {};
    const bool is_socket = on.kind == handle_kind::stream || on.kind == handle_kind::datagram;
    if (is_socket && (about.dwServiceFlags1 & XP1_IFS_HANDLES) == 0) return {};
    on.skips = ::SetFileCompletionNotificationModes(
        handle_of(handle), FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE);
    return {};
}

void iocp_backend::learn_about_socket(SOCKET socket, const WSAPROTOCOL_INFOW& about,
                                      followed& on) noexcept {
    on.kind = about.iSocketType == SOCK_DGRAM ? handle_kind::datagram : handle_kind::stream;
    on.family = about.iAddressFamily;
    if (on.kind == handle_kind::stream) return;
    // Else a datagram that nobody took makes the next receive fail, whoever sent that one.
    BOOL tells_of_refusals = FALSE;
    DWORD size = 0;
    ::WSAIoctl(socket, SIO_UDP_CONNRESET, &tells_of_refusals, sizeof tells_of_refusals, nullptr, 0,
               &size, nullptr, nullptr);
}

void iocp_backend::detach(native_handle handle) noexcept {
    const auto found = handles_.find(handle);
    if (found == handles_.end()) return;
    intrusive_list<request>& left = found->second.requests;
    while (!left.empty()) cancel(left.pop_front());
    handles_.erase(found);
}

// Starting ----------------------------------------------------------------------------------------

request& iocp_backend::take_request(operation& op) {
    if (free_requests_ == nullptr) free_requests_ = &requests_.emplace_back();
    request& taken = *std::exchange(free_requests_, free_requests_->next_free);
    taken.op = &op;
    taken.code = op.code;
    taken.handle = op.handle;
    taken.overlapped = OVERLAPPED{};
    taken.done = 0;
    return taken;
}

void iocp_backend::give_back(request& ended) noexcept {
    ended.op = nullptr;
    ended.accepted.reset();
    ended.next_free = std::exchange(free_requests_, &ended);
}

bool iocp_backend::submit(operation& op) noexcept {
    if (op.handle == invalid_handle) {
        op.error = std::errc::bad_file_descriptor;
        return false;
    }
    const auto found = handles_.find(op.handle);
    assert(found != handles_.end() && "a handle is attached before its first operation");
    followed& on = found->second;
    request& asked = take_request(op);
    op.error = {};
    DWORD bytes = 0;
    DWORD error = start(on, asked, bytes);
    const bool is_there = error != ERROR_IO_PENDING && (error != 0 || on.skips || !on.reports);
    if (is_there && !goes_on(on, asked, error, bytes)) {
        finish(asked, error, bytes);
        return false;
    }
    op.in_flight = true;
    op.scratch = reinterpret_cast<std::uintptr_t>(&asked);
    on.requests.push_back(asked);
    ++in_flight_;
    return true;
}

DWORD iocp_backend::start(followed& on, request& asked, DWORD& bytes) noexcept {
    ++system_calls_;
    const operation& op = *asked.op;
    const SOCKET socket = socket_of(op.handle);
    // An overlapped send comes back when all of it is gone, but a caller may have its peer do
    // something about the first part of it before the rest can go.
    constexpr std::size_t most_per_send = 128 * 1024;
    asked.flags = 0;
    const bool is_wait = op.code == opcode::readable || op.code == opcode::writable;
    if (!on.reports && on.kind != handle_kind::file && !is_wait) return ERROR_NOT_SUPPORTED;
    switch (op.code) {
        case opcode::accept: return start_accept(on, asked);
        case opcode::connect: return start_connect(on, asked);
        case opcode::receive: {
            vectors into(op.buffers);
            return outcome_of_socket_call(::WSARecv(socket, into.data(), into.size(), &bytes,
                                                    &asked.flags, &asked.overlapped, nullptr));
        }
        case opcode::send: {
            vectors from(op.buffers, most_per_send);
            return outcome_of_socket_call(
                ::WSASend(socket, from.data(), from.size(), &bytes, 0, &asked.overlapped, nullptr));
        }
        case opcode::receive_from: return start_receive_from(asked, bytes);
        case opcode::send_to: {
            vectors from(op.buffers);
            const sockaddr* const to = op.peer != nullptr ? sockaddr_of(*op.peer) : nullptr;
            const int size = op.peer != nullptr ? sockaddr_size(*op.peer) : 0;
            return outcome_of_socket_call(::WSASendTo(socket, from.data(), from.size(), &bytes, 0,
                                                      to, size, &asked.overlapped, nullptr));
        }
        case opcode::read:
        case opcode::write: return start_pipe(asked, bytes);
        case opcode::readable:
        case opcode::writable: return start_wait(on, asked);
        case opcode::read_at:
        case opcode::write_at: return start_file(on, asked, bytes);
    }
    return ERROR_NOT_SUPPORTED;
}

DWORD iocp_backend::start_accept(followed& on, request& asked) noexcept {
    asked.accepted.reset(::WSASocketW(on.family, SOCK_STREAM, 0, nullptr, 0,
                                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
    if (!asked.accepted) return static_cast<DWORD>(::WSAGetLastError());
    constexpr DWORD room = sizeof(sockaddr_storage) + 16;
    DWORD ignored = 0;
    const BOOL result =
        accept_(socket_of(asked.handle), socket_of(asked.accepted.get()), accept_addresses_.data(),
                0, room, room, &ignored, &asked.overlapped);
    return result ? 0 : static_cast<DWORD>(::WSAGetLastError());
}

DWORD iocp_backend::start_connect(followed& on, request& asked) noexcept {
    const SOCKET socket = socket_of(asked.handle);
    endpoint& peer = *asked.op->peer;
    // Neither waits for anybody.
    if (on.kind == handle_kind::datagram || peer.family() == address_family::local)
        return end_at_once(
            on, asked,
            outcome_of_socket_call(::connect(socket, sockaddr_of(peer), sockaddr_size(peer))));
    // ConnectEx wants the socket to be bound; one that is says so here, which is as good.
    endpoint own =
        peer.family() == address_family::ipv6 ? *endpoint::parse("::", 0) : endpoint::any();
    ::bind(socket, sockaddr_of(own), sockaddr_size(own));
    // Windows takes a refusal for an answer only after it has tried for two seconds. At home there
    // is nothing to hope for.
    if (peer == endpoint::loopback(peer.port()) || peer == endpoint::loopback_v6(peer.port())) {
        TCP_INITIAL_RTO_PARAMETERS once{TCP_INITIAL_RTO_UNSPECIFIED_RTT,
                                        TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS};
        DWORD size = 0;
        ::WSAIoctl(socket, SIO_TCP_INITIAL_RTO, &once, sizeof once, nullptr, 0, &size, nullptr,
                   nullptr);
    }
    const BOOL result = connect_(socket, sockaddr_of(peer), sockaddr_size(peer), nullptr, 0,
                                 nullptr, &asked.overlapped);
    return result ? 0 : static_cast<DWORD>(::WSAGetLastError());
}

// A datagram that does not fit is cut off without a word on its size. So what does not fit goes
// into a place of ours, which all share.
DWORD iocp_backend::start_receive_from(request& asked, DWORD& bytes) noexcept {
    endpoint* const peer = asked.op->peer;
    vectors into(asked.op->buffers);
    into.add(rest_of_datagram_.data(), rest_of_datagram_.size());
    asked.peer_size = peer != nullptr ? static_cast<INT>(peer->storage().size()) : 0;
    return outcome_of_socket_call(
        ::WSARecvFrom(socket_of(asked.handle), into.data(), into.size(), &bytes, &asked.flags,
                      peer != nullptr ? sockaddr_of(*peer) : nullptr,
                      peer != nullptr ? &asked.peer_size : nullptr, &asked.overlapped, nullptr));
}

// Pipes know no vectors, and a part of what was asked for is enough: the first buffer. A write
// comes back when all of it is in the pipe, like a send.
DWORD iocp_backend::start_pipe(request& asked, DWORD& bytes) noexcept {
    const operation& op = *asked.op;
    const auto buffer =
        std::ranges::find_if(op.buffers, [](const io_buffer& each) { return each.size > 0; });
    const io_buffer piece = buffer != op.buffers.end() ? *buffer : io_buffer{};
    constexpr std::size_t most_per_call = 64 * 1024;
    const auto size = static_cast<DWORD>(std::min(piece.size, most_per_call));
    const HANDLE pipe = handle_of(op.handle);
    return outcome_of_call(op.code == opcode::read
                               ? ::ReadFile(pipe, piece.data, size, &bytes, &asked.overlapped)
                               : ::WriteFile(pipe, piece.data, size, &bytes, &asked.overlapped));
}

// A socket is asked about; of any other object, a process say, readable means that it is signalled.
DWORD iocp_backend::start_wait(followed& on, request& asked) noexcept {
    const operation& op = *asked.op;
    const bool readable = op.code == opcode::readable;
    asked.wait = nullptr;
    if (on.kind == handle_kind::stream || on.kind == handle_kind::datagram) {
        const DWORD error =
            driver_.ask(socket_of(op.handle), readable, asked.question, asked.overlapped);
        return error == 0 ? ERROR_IO_PENDING : error;
    }
    if (on.kind != handle_kind::object || !readable) return ERROR_NOT_SUPPORTED;
    asked.is_over = false;
    asked.port = port();
    if (!::RegisterWaitForSingleObject(&asked.wait, handle_of(op.handle), on_signalled, &asked,
                                       INFINITE, WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD))
        return ::GetLastError();
    return ERROR_IO_PENDING;
}

// On a thread of the system.
void CALLBACK iocp_backend::on_signalled(void* waiting, BOOLEAN) noexcept {
    request& that = *static_cast<request*>(waiting);
    that.is_over = true;
    ::PostQueuedCompletionStatus(that.port, 0, of_request, &that.overlapped);
}

// Of what was done without a request to the kernel: where success is expected to leave a packet,
// this is it.
DWORD iocp_backend::end_at_once(const followed& on, request& asked, DWORD error) noexcept {
    if (error != 0 || on.skips || !on.reports) return error;
    ::PostQueuedCompletionStatus(port(), 0, of_request, &asked.overlapped);
    return ERROR_IO_PENDING;
}

// Files know no vectors: one buffer after the other, until one is not filled.
DWORD iocp_backend::start_file(followed& on, request& asked, DWORD& bytes) noexcept {
    const operation& op = *asked.op;
    std::uint64_t before = asked.done;
    const io_buffer* piece = op.buffers.data();
    while (piece != op.buffers.data() + op.buffers.size() && before >= piece->size)
        before -= (piece++)->size;
    if (piece == op.buffers.data() + op.buffers.size()) return end_at_once(on, asked, 0);
    auto* const data = static_cast<std::byte*>(piece->data) + before;
    const auto size = static_cast<DWORD>(std::min<std::uint64_t>(piece->size - before, 1 << 30));
    const std::uint64_t place = op.offset + asked.done;
    asked.overlapped = OVERLAPPED{};
    asked.overlapped.Offset = static_cast<DWORD>(place);
    asked.overlapped.OffsetHigh = static_cast<DWORD>(place >> 32);
    const HANDLE file = handle_of(op.handle);
    DWORD error = outcome_of_call(op.code == opcode::read_at
                                      ? ::ReadFile(file, data, size, &bytes, &asked.overlapped)
                                      : ::WriteFile(file, data, size, &bytes, &asked.overlapped));
    // It reports to another port, if anywhere.
    if (error == ERROR_IO_PENDING && !on.reports)
        error = outcome_of_call(::GetOverlappedResult(file, &asked.overlapped, &bytes, TRUE));
    return error;
}

// Ending ------------------------------------------------------------------------------------------

void iocp_backend::poll(std::optional<duration> timeout, operation_list& completed) {
    constexpr duration longest = std::chrono::hours(24);
    constexpr duration tick = std::chrono::milliseconds(16);
    using std::chrono::milliseconds;

    const bool only_looks = timeout == duration::zero();
    const time_point start = only_looks ? time_point() : now();
    const time_point end = start + std::min(timeout.value_or(longest), longest);
    is_woken_ = false;
    if (only_looks && in_flight_ > 0) take_packets(0);
    // A packet of an alarm for an earlier wait ends nothing.
    for (time_point at = start; !only_looks && finished_.empty() && !is_woken_; at = now()) {
        if (timeout && at >= end) break;
        if (!timeout) {
            take_packets(INFINITE);
        } else if (end - at > 2 * tick) {
            const auto coarse = std::chrono::floor<milliseconds>(end - at - tick);
            take_packets(static_cast<DWORD>(coarse.count()));
        } else {
            alarm_.ring_by(end);
            take_packets(INFINITE);
        }
    }
    completed.append(finished_);
}

void iocp_backend::take_packets(DWORD milliseconds) {
    ++system_calls_;
    ULONG count = 0;
    if (!::GetQueuedCompletionStatusEx(port(), packets_.data(), static_cast<ULONG>(packets_.size()),
                                       &count, milliseconds, FALSE)) {
        if (::GetLastError() == WAIT_TIMEOUT) return;
        throw std::system_error(last_error(), "GetQueuedCompletionStatusEx");
    }
    for (const OVERLAPPED_ENTRY& each : std::span(packets_).first(count)) {
        switch (each.lpCompletionKey) {
            case of_wake:
                wake_is_posted_.exchange(false);
                is_woken_ = true;
                break;
            case of_alarm: alarm_.has_rung(); break;
            default: on_packet(request_of(each.lpOverlapped), each.dwNumberOfBytesTransferred);
        }
    }
}

void iocp_backend::wake() noexcept {
    if (!wake_is_posted_.exchange(true)) ::PostQueuedCompletionStatus(port(), 0, of_wake, nullptr);
}

void iocp_backend::on_packet(request& ended, DWORD bytes) noexcept {
    DWORD error = error_of_status(static_cast<LONG>(ended.overlapped.Internal));
    if (ended.wait != nullptr) {
        ::UnregisterWaitEx(std::exchange(ended.wait, nullptr), nullptr);
        ++system_calls_;
    }
    const bool is_attached = ended.is_linked();
    if (is_attached && goes_on(handles_.at(ended.handle), ended, error, bytes)) return;
    if (is_attached) ended.unlink();
    --in_flight_;
    if (is_ending_) return give_back(ended);
    // The number of a handle that was detached may be somebody else's by now.
    const bool needs_handle = ended.code == opcode::accept || ended.code == opcode::connect;
    if (!is_attached && needs_handle) error = ERROR_OPERATION_ABORTED;
    operation& op = *ended.op;
    finish(ended, error, bytes);
    finished_.push_back(op);
}

// Whether there is more to do for it, which was started and is in flight again.
bool iocp_backend::goes_on(followed& on, request& ended, DWORD& error, DWORD& bytes) noexcept {
    const bool is_accept = ended.code == opcode::accept;
    const bool is_file = ended.code == opcode::read_at || ended.code == opcode::write_at;
    while (is_accept ? concerns_lost_peer(error) : is_file && error == 0) {
        ended.done += bytes;
        if (is_file && (bytes == 0 || ended.done == total_size(ended.op->buffers))) break;
        ended.overlapped = OVERLAPPED{};
        bytes = 0;
        error = start(on, ended, bytes);
        const bool is_there = on.skips || !on.reports;
        if (error == ERROR_IO_PENDING || (error == 0 && !is_there)) return true;
    }
    return false;
}

void iocp_backend::finish(request& ended, DWORD error, std::uint64_t bytes) noexcept {
    operation& op = *ended.op;
    op.scratch = 0;
    op.value = bytes;
    if (ended.code == opcode::read_at || ended.code == opcode::write_at) {
        op.value = ended.done;
        if (error == ERROR_HANDLE_EOF || ended.done > 0) error = 0;
    }
    // Nobody can write any more.
    if (ended.code == opcode::read && (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF))
        error = 0;
    if (ended.code == opcode::readable || ended.code == opcode::writable) op.value = 0;
    if (error == 0 && ended.code == opcode::receive_from && op.peer != nullptr)
        op.peer->resize(static_cast<std::size_t>(ended.peer_size));
    if (error == 0 && ended.code == opcode::accept) finish_accept(ended);
    // Only now the socket is what it would be after `connect`: with a peer, and with two sides.
    if (error == 0 && ended.code == opcode::connect)
        ::setsockopt(socket_of(op.handle), SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nullptr, 0);
    if (error != 0)
        op.error = error == ERROR_OPERATION_ABORTED ? operation_error(std::errc::operation_canceled)
                                                    : operation_error(windows_error(error));
    give_back(ended);
}

void iocp_backend::finish_accept(request& ended) noexcept {
    operation& op = *ended.op;
    const SOCKET accepted = socket_of(ended.accepted.get());
    const SOCKET listener = socket_of(op.handle);
    ::setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                 reinterpret_cast<const char*>(&listener), sizeof listener);
    ++system_calls_;
    if (op.peer != nullptr) {
        int size = static_cast<int>(op.peer->storage().size());
        ++system_calls_;
        const int result = ::getpeername(accepted, sockaddr_of(*op.peer), &size);
        op.peer->resize(result == 0 ? static_cast<std::size_t>(size) : 0);
    }
    op.value = ended.accepted.release();
}

void iocp_backend::cancel(operation& op) noexcept {
    if (op.in_flight && op.scratch != 0) cancel(*reinterpret_cast<request*>(op.scratch));
}

void iocp_backend::cancel(request& asked) noexcept {
    ++system_calls_;
    if (asked.code != opcode::readable && asked.code != opcode::writable) {
        ::CancelIoEx(handle_of(asked.handle), &asked.overlapped);
    } else if (asked.wait == nullptr) {
        driver_.cancel(asked.overlapped);
    } else if (!asked.is_over) {
        // Returns when the system's thread is out of `on_signalled`: it has posted, or never will.
        ::UnregisterWaitEx(std::exchange(asked.wait, nullptr), INVALID_HANDLE_VALUE);
        if (asked.is_over) return;
        constexpr LONG status_cancelled = static_cast<LONG>(0xC0000120);
        asked.overlapped.Internal = static_cast<ULONG_PTR>(status_cancelled);
        ::PostQueuedCompletionStatus(port(), 0, of_request, &asked.overlapped);
    }
}

}  // namespace

std::unique_ptr<backend> make_iocp(std::error_code& error) {
    return iocp_backend::make(error);
}

}  // namespace eddy
