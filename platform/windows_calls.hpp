#pragma once

#include <eddy/native_handle.hpp>
#include <eddy/system_errors.hpp>

#include <string>
#include <string_view>

#include <winsock2.h>  // before windows.h, which knows an older one

#include <windows.h>

namespace eddy {

// Handles of the kernel and sockets are both numbers to us. Winsock's sockets are handles as well,
// unless a layered provider stands in between, which Windows has deprecated.
inline HANDLE handle_of(native_handle handle) noexcept {
    return reinterpret_cast<HANDLE>(handle);
}
inline SOCKET socket_of(native_handle handle) noexcept {
    return static_cast<SOCKET>(handle);
}

/// What a call has made. Some of them say null where others say INVALID_HANDLE_VALUE.
inline unique_handle owned(HANDLE made) noexcept {
    return made != nullptr ? unique_handle(reinterpret_cast<native_handle>(made)) : unique_handle();
}

inline std::error_code windows_error(DWORD code) noexcept {
    return std::error_code(static_cast<int>(code), system_errors());
}
inline std::error_code last_error() noexcept {
    return windows_error(::GetLastError());
}
inline std::error_code last_socket_error() noexcept {
    return windows_error(static_cast<DWORD>(::WSAGetLastError()));
}

/// eddy's texts are UTF-8 on every system, the kernel's are UTF-16 here.
std::wstring to_utf16(std::string_view text);
std::string to_utf8(std::wstring_view text);

}  // namespace eddy
