#include <eddy/system_errors.hpp>

#include "windows_calls.hpp"

#include <algorithm>

namespace eddy {
namespace {

struct meaning {
    DWORD code;
    std::errc means;
};

// What the kernel, the socket layer and the C library call the same things. An operation that was
// in flight reports the kernel's code, a call that fails at once the socket layer's.
constexpr meaning meanings[] = {
    {ERROR_FILE_NOT_FOUND, std::errc::no_such_file_or_directory},
    {ERROR_PATH_NOT_FOUND, std::errc::no_such_file_or_directory},
    {ERROR_TOO_MANY_OPEN_FILES, std::errc::too_many_files_open},
    {ERROR_ACCESS_DENIED, std::errc::permission_denied},
    {ERROR_INVALID_HANDLE, std::errc::bad_file_descriptor},
    {ERROR_NOT_ENOUGH_MEMORY, std::errc::not_enough_memory},
    {ERROR_OUTOFMEMORY, std::errc::not_enough_memory},
    {ERROR_NOT_SUPPORTED, std::errc::not_supported},
    {ERROR_NETNAME_DELETED, std::errc::connection_reset},
    {ERROR_FILE_EXISTS, std::errc::file_exists},
    {ERROR_ALREADY_EXISTS, std::errc::file_exists},
    {ERROR_INVALID_PARAMETER, std::errc::invalid_argument},
    {ERROR_BROKEN_PIPE, std::errc::broken_pipe},
    {ERROR_DISK_FULL, std::errc::no_space_on_device},
    {ERROR_SEM_TIMEOUT, std::errc::timed_out},
    {ERROR_NO_DATA, std::errc::broken_pipe},
    {ERROR_MORE_DATA, std::errc::message_size},
    {ERROR_OPERATION_ABORTED, std::errc::operation_canceled},
    {ERROR_NOACCESS, std::errc::bad_address},
    {ERROR_CONNECTION_REFUSED, std::errc::connection_refused},
    {ERROR_NETWORK_UNREACHABLE, std::errc::network_unreachable},
    {ERROR_HOST_UNREACHABLE, std::errc::host_unreachable},
    {ERROR_PORT_UNREACHABLE, std::errc::connection_refused},
    {ERROR_CONNECTION_ABORTED, std::errc::connection_aborted},
    {ERROR_NO_SYSTEM_RESOURCES, std::errc::no_buffer_space},
    {ERROR_TIMEOUT, std::errc::timed_out},
    {ERROR_NOT_CONNECTED, std::errc::not_connected},
    {WSAEINTR, std::errc::interrupted},
    {WSAEBADF, std::errc::bad_file_descriptor},
    {WSAEACCES, std::errc::permission_denied},
    {WSAEFAULT, std::errc::bad_address},
    {WSAEINVAL, std::errc::invalid_argument},
    {WSAEMFILE, std::errc::too_many_files_open},
    {WSAEWOULDBLOCK, std::errc::operation_would_block},
    {WSAEINPROGRESS, std::errc::operation_in_progress},
    {WSAEALREADY, std::errc::connection_already_in_progress},
    {WSAENOTSOCK, std::errc::not_a_socket},
    {WSAEDESTADDRREQ, std::errc::destination_address_required},
    {WSAEMSGSIZE, std::errc::message_size},
    {WSAEPROTOTYPE, std::errc::wrong_protocol_type},
    {WSAENOPROTOOPT, std::errc::no_protocol_option},
    {WSAEPROTONOSUPPORT, std::errc::protocol_not_supported},
    {WSAEOPNOTSUPP, std::errc::operation_not_supported},
    {WSAEAFNOSUPPORT, std::errc::address_family_not_supported},
    {WSAEADDRINUSE, std::errc::address_in_use},
    {WSAEADDRNOTAVAIL, std::errc::address_not_available},
    {WSAENETDOWN, std::errc::network_down},
    {WSAENETUNREACH, std::errc::network_unreachable},
    {WSAENETRESET, std::errc::network_reset},
    {WSAECONNABORTED, std::errc::connection_aborted},
    {WSAECONNRESET, std::errc::connection_reset},
    {WSAENOBUFS, std::errc::no_buffer_space},
    {WSAEISCONN, std::errc::already_connected},
    {WSAENOTCONN, std::errc::not_connected},
    {WSAESHUTDOWN, std::errc::broken_pipe},
    {WSAETIMEDOUT, std::errc::timed_out},
    {WSAECONNREFUSED, std::errc::connection_refused},
    {WSAEHOSTUNREACH, std::errc::host_unreachable},
};

class windows_category final : public std::error_category {
public:
    const char* name() const noexcept override { return "windows"; }

    std::string message(int code) const override {
        wchar_t text[512];
        DWORD size = ::FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS,
                                      nullptr, static_cast<DWORD>(code), 0, text,
                                      static_cast<DWORD>(std::size(text)), nullptr);
        // It ends like a sentence on a line of its own.
        constexpr std::wstring_view ending = L".\r\n ";
        while (size > 0 && ending.find(text[size - 1]) != ending.npos) --size;
        if (size == 0) return "Windows error " + std::to_string(code);
        return to_utf8(std::wstring_view(text, size));
    }

    std::error_condition default_error_condition(int code) const noexcept override {
        const auto* const found =
            std::ranges::find(meanings, static_cast<DWORD>(code), &meaning::code);
        if (found == std::end(meanings)) return std::error_condition(code, *this);
        return std::make_error_condition(found->means);
    }
};

}  // namespace

const std::error_category& system_errors() noexcept {
    static const windows_category the_one;
    return the_one;
}

}  // namespace eddy
