#include <eddy/handle_passing.hpp>

#include "windows_calls.hpp"

#include <algorithm>
#include <cstring>

namespace eddy {
namespace {

// Windows' sockets carry no handles. A process can put a copy of a handle into another process, and
// has to tell the number of the copy: so bytes travel in frames, whose header has room for it. The
// copy belongs to the receiver, and is gone with it if the number never arrives.

std::error_code change_mode(handle_channel& over, when_not_ready wanted) noexcept {
    if (over.mode == wanted) return {};
    u_long non_blocking = wanted == when_not_ready::give_up;
    if (::ioctlsocket(socket_of(over.socket), static_cast<long>(FIONBIO), &non_blocking) != 0)
        return last_socket_error();
    over.mode = wanted;
    return {};
}

std::byte* rest_of_header(handle_frame& frame) noexcept {
    return reinterpret_cast<std::byte*>(&frame.header) + (sizeof frame.header - frame.header_left);
}

WSABUF vector_of(std::byte* data, std::size_t size) noexcept {
    return {static_cast<ULONG>(size), reinterpret_cast<CHAR*>(data)};
}

std::error_code begin_frame(handle_channel& over, std::size_t size, native_handle passed) noexcept {
    handle_frame& frame = over.outgoing;
    HANDLE copy = nullptr;
    if (passed != invalid_handle) {
        const HANDLE self = ::GetCurrentProcess();
        const HANDLE peer =
            over.peer_process != invalid_handle ? handle_of(over.peer_process) : self;
        if (!::DuplicateHandle(self, handle_of(passed), peer, &copy, 0, FALSE,
                               DUPLICATE_SAME_ACCESS))
            return last_error();
    }
    frame.header = {static_cast<std::uint32_t>(size), copy != nullptr,
                    reinterpret_cast<std::uintptr_t>(copy)};
    frame.header_left = sizeof frame.header;
    frame.body_left = size;
    return {};
}

// Receives into a piece of memory. 0 without an error: the end of the stream.
std::size_t receive(handle_channel& over, std::byte* into, std::size_t size,
                    std::error_code& error) noexcept {
    const int received = ::recv(socket_of(over.socket), reinterpret_cast<char*>(into),
                                static_cast<int>(std::min<std::size_t>(size, 1 << 30)), 0);
    error = received < 0 ? last_socket_error() : std::error_code();
    return received < 0 ? 0 : static_cast<std::size_t>(received);
}

// Receives the header of the next frame, or what there is of it. False: it is not complete.
bool receive_header(handle_channel& over, std::error_code& error) noexcept {
    handle_frame& frame = over.incoming;
    if (frame.header_left == 0) frame.header_left = sizeof frame.header;
    while (frame.header_left > 0) {
        const std::size_t count = receive(over, rest_of_header(frame), frame.header_left, error);
        if (count == 0) return false;
        frame.header_left -= count;
    }
    frame.body_left = frame.header.size;
    return true;
}

}  // namespace

std::size_t send_with_handle(handle_channel& over, std::span<const std::byte> bytes,
                             native_handle passed, when_not_ready what,
                             std::error_code& error) noexcept {
    handle_frame& frame = over.outgoing;
    error = change_mode(over, what);
    // Else the frame has begun in an earlier call, and a handle has gone with it.
    if (!error && frame.body_left == 0) {
        constexpr std::size_t most = 1 << 20;
        error = begin_frame(over, std::min(bytes.size(), most), passed);
    }
    if (error) return 0;
    const std::size_t body = std::min(bytes.size(), frame.body_left);
    WSABUF pieces[] = {vector_of(rest_of_header(frame), frame.header_left),
                       vector_of(const_cast<std::byte*>(bytes.data()), body)};
    for (;;) {
        DWORD sent = 0;
        if (::WSASend(socket_of(over.socket), pieces, 2, &sent, 0, nullptr, nullptr) != 0) {
            error = last_socket_error();
            return 0;
        }
        const std::size_t of_header = std::min<std::size_t>(sent, frame.header_left);
        frame.header_left -= of_header;
        frame.body_left -= sent - of_header;
        if (sent > of_header || body == 0) return sent - of_header;
        pieces[0] = vector_of(rest_of_header(frame), frame.header_left);
    }
}

std::size_t receive_with_handles(handle_channel& over, std::span<std::byte> into,
                                 std::vector<unique_handle>& handles, when_not_ready what,
                                 std::error_code& error) {
    handle_frame& frame = over.incoming;
    std::size_t total = 0;
    error = change_mode(over, what);
    while (!error && !into.empty()) {
        if (frame.body_left == 0 && !receive_header(over, error)) break;
        const std::size_t room = std::min(into.size(), frame.body_left);
        const std::size_t count = receive(over, into.data(), room, error);
        if (count == 0) break;
        if (std::exchange(frame.header.has_handle, 0) != 0)
            handles.emplace_back(static_cast<native_handle>(frame.header.handle));
        frame.body_left -= count;
        total += count;
        into = into.subspan(count);
        if (what == when_not_ready::wait) break;
    }
    // What came before an error is reported first; the error comes again.
    if (total > 0) error.clear();
    return total;
}

}  // namespace eddy
