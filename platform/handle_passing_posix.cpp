#include <eddy/handle_passing.hpp>

#include "posix.hpp"
#include "socket_calls.hpp"

#include <cstring>

#include <poll.h>

namespace eddy {
namespace {

// The kernel's limit for one message (SCM_MAX_FD): less room could make it drop some.
constexpr std::size_t most_handles = 253;

int flags_of(when_not_ready what) noexcept {
    return what == when_not_ready::give_up ? MSG_DONTWAIT : 0;
}

// A socket in the non-blocking mode has to be waited for.
void wait_until(native_handle socket, short ready) noexcept {
    pollfd asked{.fd = socket, .events = ready, .revents = 0};
    retry_interrupted([&] { return ::poll(&asked, 1, -1); });
}

bool must_wait(ssize_t result, when_not_ready what) noexcept {
    return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && what == when_not_ready::wait;
}

std::error_code error_of_call() noexcept {
    if (errno == EAGAIN || errno == EWOULDBLOCK)
        return std::make_error_code(std::errc::operation_would_block);
    // Too many handles are under way (unix(7)), which <system_error> has no name for.
    if (errno == ETOOMANYREFS) return std::make_error_code(std::errc::no_buffer_space);
    return last_error();
}

void take_handles(msghdr& message, std::vector<unique_handle>& handles) {
    for (cmsghdr* each = CMSG_FIRSTHDR(&message); each != nullptr;
         each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int handle = invalid_handle;
            std::memcpy(&handle, CMSG_DATA(each) + i * sizeof(int), sizeof handle);
            handles.emplace_back(handle);
        }
    }
}

}  // namespace

std::size_t send_with_handle(handle_channel& over, std::span<const std::byte> bytes,
                             native_handle passed, when_not_ready what,
                             std::error_code& error) noexcept {
    iovec piece{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))] = {};
    if (passed != invalid_handle) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* const header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    }
    if (what == when_not_ready::give_up) prepare_socket(over.socket);
    const auto send = [&] { return ::sendmsg(over.socket, &message, flags_of(what) | no_signal); };
    ssize_t sent = retry_interrupted(send);
    while (must_wait(sent, what)) {
        wait_until(over.socket, POLLOUT);
        sent = retry_interrupted(send);
    }
    error = sent < 0 ? error_of_call() : std::error_code();
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

std::size_t receive_with_handles(handle_channel& over, std::span<std::byte> into,
                                 std::vector<unique_handle>& handles, when_not_ready what,
                                 std::error_code& error) {
    iovec piece{into.data(), into.size()};
    alignas(cmsghdr) std::byte control[CMSG_SPACE(most_handles * sizeof(int))];
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const auto receive = [&] { return receive_message(over.socket, message, flags_of(what)); };
    ssize_t received = retry_interrupted(receive);
    while (must_wait(received, what)) {
        wait_until(over.socket, POLLIN);
        received = retry_interrupted(receive);
    }
    error = received < 0 ? error_of_call() : std::error_code();
    if (received < 0) return 0;
    take_handles(message, handles);
    // Out of descriptors: some were dropped, and nobody can tell which.
    if ((message.msg_flags & MSG_CTRUNC) != 0)
        error = std::make_error_code(std::errc::too_many_files_open);
    return error ? 0 : static_cast<std::size_t>(received);
}

}  // namespace eddy
