#include "afd.hpp"

#include <mswsock.h>
#include <winternl.h>

namespace eddy {
namespace {

constexpr ULONG control_poll = 0x12024;

constexpr ULONG event_receive = 0x001;
constexpr ULONG event_send = 0x004;
constexpr ULONG event_disconnect = 0x008;  // the peer sends no more
constexpr ULONG event_abort = 0x010;
constexpr ULONG event_local_close = 0x020;
constexpr ULONG event_accept = 0x080;
constexpr ULONG event_connect_fail = 0x100;

constexpr ULONG input_events = event_receive | event_disconnect | event_abort | event_local_close |
                               event_accept | event_connect_fail;
constexpr ULONG output_events = event_send | event_abort | event_local_close | event_connect_fail;

// The driver knows the sockets of the system's own provider only, whatever stands above it.
SOCKET base_of(SOCKET socket) noexcept {
    SOCKET base = socket;
    DWORD size = 0;
    ::WSAIoctl(socket, SIO_BASE_HANDLE, nullptr, 0, &base, sizeof base, &size, nullptr, nullptr);
    return base;
}

}  // namespace

std::error_code socket_driver::open(HANDLE port) noexcept {
    UNICODE_STRING name;
    ::RtlInitUnicodeString(&name, L"\\Device\\Afd\\eddy");
    OBJECT_ATTRIBUTES attributes{};
    attributes.Length = sizeof attributes;
    attributes.ObjectName = &name;
    IO_STATUS_BLOCK ignored{};
    HANDLE opened = nullptr;
    const NTSTATUS status =
        ::NtCreateFile(&opened, SYNCHRONIZE, &attributes, &ignored, nullptr, 0,
                       FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN, 0, nullptr, 0);
    if (status < 0) return windows_error(error_of_status(status));
    driver_ = owned(opened);
    return ::CreateIoCompletionPort(opened, port, 0, 0) != nullptr ? std::error_code()
                                                                   : last_error();
}

DWORD socket_driver::ask(SOCKET socket, bool readable, socket_question& question,
                         OVERLAPPED& overlapped) noexcept {
    question = socket_question{.socket = reinterpret_cast<HANDLE>(base_of(socket)),
                               .events = readable ? input_events : output_events};
    overlapped = OVERLAPPED{};
    // An OVERLAPPED begins with what the kernel calls an IO_STATUS_BLOCK, and its address is what
    // comes with the packet.
    const NTSTATUS status =
        ::NtDeviceIoControlFile(handle_of(driver_.get()), nullptr, nullptr, &overlapped,
                                reinterpret_cast<IO_STATUS_BLOCK*>(&overlapped), control_poll,
                                &question, sizeof question, &question, sizeof question);
    return status >= 0 ? 0 : error_of_status(status);
}

void socket_driver::cancel(OVERLAPPED& overlapped) noexcept {
    ::CancelIoEx(handle_of(driver_.get()), &overlapped);
}

DWORD error_of_status(LONG status) noexcept {
    return ::RtlNtStatusToDosError(status);
}

}  // namespace eddy
