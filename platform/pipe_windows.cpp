#include <eddy/pipe.hpp>

#include "windows_calls.hpp"

#include <atomic>
#include <cwchar>

namespace eddy {

// Windows' own anonymous pipes cannot report to a completion port; named ones can. Nobody else
// comes in: there is one instance, it is for this machine only, and its name is met once.
// Whoever comes in may be another program, which does not expect that a call completes later.
std::error_code open_pipe(unique_handle& reading, unique_handle& writing,
                          given_end given) noexcept {
    static std::atomic<unsigned> count = 0;
    LARGE_INTEGER time;
    ::QueryPerformanceCounter(&time);
    wchar_t name[100] = L"";
    std::swprintf(name, std::size(name), L"\\\\.\\pipe\\eddy-%lx-%llx-%x", ::GetCurrentProcessId(),
                  time.QuadPart, count++);
    constexpr DWORD room = 64 * 1024;
    const bool gives_reading = given == given_end::reading;
    unique_handle& ours = gives_reading ? writing : reading;
    unique_handle& other = gives_reading ? reading : writing;
    const DWORD way = gives_reading ? PIPE_ACCESS_OUTBOUND : PIPE_ACCESS_INBOUND;
    ours = owned(::CreateNamedPipeW(
        name, way | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
        PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, room, room,
        0, nullptr));
    if (!ours) return last_error();
    const DWORD access =
        gives_reading ? GENERIC_READ | FILE_WRITE_ATTRIBUTES : GENERIC_WRITE | FILE_READ_ATTRIBUTES;
    const DWORD mode = given == given_end::none ? FILE_FLAG_OVERLAPPED : 0;
    other = owned(::CreateFileW(name, access, 0, nullptr, OPEN_EXISTING, mode, nullptr));
    return other ? std::error_code() : last_error();
}

unique_handle open_null_device(std::error_code& error) noexcept {
    unique_handle opened = owned(::CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
                                               FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                               OPEN_EXISTING, 0, nullptr));
    error = opened ? std::error_code() : last_error();
    return opened;
}

}  // namespace eddy
