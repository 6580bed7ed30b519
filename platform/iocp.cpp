#include "alarm.hpp"
#include "backends.hpp"
#include "iocp_calls.hpp"
#include "windows_calls.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <deque>
#include <unordered_map>

#include <mswsock.h>

namespace eddy {
namespace {

// Some facts about completion ports ("I/O Completion Ports" in the Windows documentation), and what
// follows.
//
// - The kernel owns buffers and the OVERLAPPED of a request until its packet has come, also after a
//   cancel, and also if the handle is closed meanwhile. So an OVERLAPPED does not live in the
//   operation but in an `iocp_request`, and an operation comes back by its own packet only.
// - A handle belongs to one port for its whole life. What is attached elsewhere can still be
//   followed for `readable` and `writable`: those go through the driver below the sockets.
// - With FILE_SKIP_COMPLETION_PORT_ON_SUCCESS what finishes at once leaves no packet: `submit` is
//   done with it, as with epoll. A request that failed at once never leaves one.

class iocp_backend final : public backend {
public:
    static std::unique_ptr<backend> make(std::error_code& error) {
        unique_handle port = owned(::CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
        if (!port) {
            error = last_error();
            return nullptr;
        }
        std::unique_ptr<iocp_backend> made(new iocp_backend(std::move(port)));
        error = made->calls_.open();
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

    bool completes_files() const noexcept override { return true; }

    std::string_view name() const noexcept override { return "iocp"; }
    std::uint64_t system_calls() const noexcept override {
        return system_calls_ + calls_.system_calls();
    }

private:
    explicit iocp_backend(unique_handle port) noexcept : port_(std::move(port)) {}

    static void prepare_socket(SOCKET socket, const WSAPROTOCOL_INFOW& about,
                               followed_handle& on) noexcept;

    // Requests.
    iocp_request& take_request(operation& op);
    void give_back(iocp_request& ended) noexcept;

    // Packets.
    void take_packets(DWORD milliseconds);
    void on_packet(iocp_request& ended, DWORD bytes) noexcept;

    HANDLE port() const noexcept { return handle_of(port_.get()); }

    const unique_handle port_;
    iocp_calls calls_{port()};
    alarm alarm_{port(), of_alarm};

    std::unordered_map<native_handle, followed_handle> handles_;
    std::deque<iocp_request> requests_;  // all there ever were; kept for the next ones
    iocp_request* free_requests_ = nullptr;
    std::size_t in_flight_ = 0;
    operation_list finished_;
    bool is_ending_ = false;
    bool is_woken_ = false;
    std::uint64_t system_calls_ = 0;

    // Set by whoever wakes, cleared when its packet has come: so there is one packet at a time, and
    // a wake that finds it set is covered by a return of `poll` that is still to come.
    std::atomic<bool> wake_is_posted_ = false;

    std::array<OVERLAPPED_ENTRY, 256> packets_;
};

// Handles -----------------------------------------------------------------------------------------

std::error_code iocp_backend::attach(native_handle handle) {
    if (handle == invalid_handle) return windows_error(ERROR_INVALID_HANDLE);
    if (handles_.contains(handle)) return std::make_error_code(std::errc::device_or_resource_busy);
    followed_handle& on = handles_[handle];
    WSAPROTOCOL_INFOW about;
    int size = sizeof about;
    ++system_calls_;
    if (::getsockopt(socket_of(handle), SOL_SOCKET, SO_PROTOCOL_INFOW,
                     reinterpret_cast<char*>(&about), &size) == 0) {
        prepare_socket(socket_of(handle), about, on);
    } else if (const DWORD type = ::GetFileType(handle_of(handle)); type != FILE_TYPE_UNKNOWN) {
        on.kind = type == FILE_TYPE_DISK ? handle_kind::file : handle_kind::pipe;
        // A read with a small buffer would fail after it has taken a part of a message.
        DWORD bytes_not_messages = PIPE_READMODE_BYTE | PIPE_WAIT;
        if (type == FILE_TYPE_PIPE)
            ::SetNamedPipeHandleState(handle_of(handle), &bytes_not_messages, nullptr, nullptr);
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

void iocp_backend::prepare_socket(SOCKET socket, const WSAPROTOCOL_INFOW& about,
                                  followed_handle& on) noexcept {
    on.kind = about.iSocketType == SOCK_DGRAM ? handle_kind::datagram : handle_kind::stream;
    on.family = about.iAddressFamily;
    if (on.kind == handle_kind::stream) return;
    // Else a datagram that nobody took, or that was too long under way, makes the next receive
    // fail, whoever sent that one.
    constexpr DWORD udp_netreset = _WSAIOW(IOC_VENDOR, 15);  // SIO_UDP_NETRESET of newer headers
    for (const DWORD report : {DWORD{SIO_UDP_CONNRESET}, udp_netreset}) {
        BOOL is_wanted = FALSE;
        DWORD size = 0;
        ::WSAIoctl(socket, report, &is_wanted, sizeof is_wanted, nullptr, 0, &size, nullptr,
                   nullptr);
    }
}

void iocp_backend::detach(native_handle handle) noexcept {
    const auto found = handles_.find(handle);
    if (found == handles_.end()) return;
    intrusive_list<iocp_request>& left = found->second.requests;
    while (!left.empty()) calls_.cancel(left.pop_front());
    handles_.erase(found);
}

// Starting ----------------------------------------------------------------------------------------

iocp_request& iocp_backend::take_request(operation& op) {
    if (free_requests_ == nullptr) free_requests_ = &requests_.emplace_back();
    iocp_request& taken = *std::exchange(free_requests_, free_requests_->next_free);
    taken.op = &op;
    taken.code = op.code;
    taken.handle = op.handle;
    taken.overlapped = OVERLAPPED{};
    taken.done = 0;
    taken.is_cancelled = false;
    return taken;
}

void iocp_backend::give_back(iocp_request& ended) noexcept {
    ended.op = nullptr;
    ended.accepted.reset();
    ended.next_free = std::exchange(free_requests_, &ended);
}

bool iocp_backend::submit(operation& op) noexcept {
    if (op.handle == invalid_handle) {
        op.error = std::errc::bad_file_descriptor;
        return false;
    }
    if (is_beyond_files(op)) {
        op.error = std::errc::invalid_argument;
        return false;
    }
    const auto found = handles_.find(op.handle);
    assert(found != handles_.end() && "a handle is attached before its first operation");
    followed_handle& on = found->second;
    iocp_request& asked = take_request(op);
    op.error = {};
    DWORD bytes = 0;
    DWORD error = calls_.start(on, asked, bytes);
    const bool is_there = error != ERROR_IO_PENDING && (error != 0 || on.skips || !on.reports);
    if (is_there && !calls_.start_next_part(on, asked, error, bytes)) {
        calls_.finish(asked, error, bytes);
        give_back(asked);
        return false;
    }
    op.in_flight = true;
    op.scratch = reinterpret_cast<std::uintptr_t>(&asked);
    on.requests.push_back(asked);
    ++in_flight_;
    return true;
}

// Packets -----------------------------------------------------------------------------------------

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

void iocp_backend::on_packet(iocp_request& ended, DWORD bytes) noexcept {
    DWORD error = error_of_status(static_cast<LONG>(ended.overlapped.Internal));
    if (ended.wait != nullptr) {
        ::UnregisterWaitEx(std::exchange(ended.wait, nullptr), nullptr);
        ++system_calls_;
    }
    const bool is_attached = ended.is_linked();
    if (is_attached && calls_.start_next_part(handles_.at(ended.handle), ended, error, bytes))
        return;
    if (is_attached) ended.unlink();
    // A part of a file that was transferred before its handle was detached is a result.
    if (!is_attached && error == 0) ended.done += bytes;
    --in_flight_;
    if (is_ending_) return give_back(ended);
    // The number of a handle that was detached may be somebody else's by now.
    const bool needs_handle = ended.code == opcode::accept || ended.code == opcode::connect;
    if (!is_attached && needs_handle) error = ERROR_OPERATION_ABORTED;
    operation& op = *ended.op;
    calls_.finish(ended, error, bytes);
    give_back(ended);
    finished_.push_back(op);
}

void iocp_backend::cancel(operation& op) noexcept {
    if (op.in_flight && op.scratch != 0)
        calls_.cancel(*reinterpret_cast<iocp_request*>(op.scratch));
}

}  // namespace

std::unique_ptr<backend> make_iocp(std::error_code& error) {
    return iocp_backend::make(error);
}

}  // namespace eddy
