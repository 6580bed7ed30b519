#include <eddy/file_handle.hpp>
#include <eddy/file_path.hpp>

#include "windows_calls.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace eddy {
namespace {

DWORD access_for(file_mode mode) noexcept {
    return mode == file_mode::read ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
}

DWORD disposition_for(file_mode mode) noexcept {
    switch (mode) {
        case file_mode::open_or_create: return OPEN_ALWAYS;
        case file_mode::replace: return CREATE_ALWAYS;
        case file_mode::create:
        case file_mode::create_private: return CREATE_NEW;
        default: return OPEN_EXISTING;
    }
}

// Transfers one buffer and waits for it. 0 with no error: the end of the file.
DWORD transfer(const operation& op, const io_buffer& buffer, std::uint64_t place,
               std::error_code& error) noexcept {
    const unique_handle done = owned(::CreateEventW(nullptr, TRUE, FALSE, nullptr));
    OVERLAPPED request{};
    request.Offset = static_cast<DWORD>(place);
    request.OffsetHigh = static_cast<DWORD>(place >> 32);
    // The lowest bit keeps the packet from a port that the file may report to.
    request.hEvent = reinterpret_cast<HANDLE>(done.get() | 1);
    const auto size = static_cast<DWORD>(std::min<std::size_t>(buffer.size, 1 << 30));
    const HANDLE file = handle_of(op.handle);
    const BOOL started = op.code == opcode::read_at
                             ? ::ReadFile(file, buffer.data, size, nullptr, &request)
                             : ::WriteFile(file, buffer.data, size, nullptr, &request);
    DWORD count = 0;
    if ((!started && ::GetLastError() != ERROR_IO_PENDING) ||
        !::GetOverlappedResult(file, &request, &count, TRUE)) {
        error = ::GetLastError() == ERROR_HANDLE_EOF ? std::error_code() : last_error();
        return 0;
    }
    return count;
}

}  // namespace

unique_handle open_file(const std::string& path, file_mode mode, std::error_code& error) noexcept {
    if (has_zero_byte(path)) {
        error = std::make_error_code(std::errc::invalid_argument);
        return {};
    }
    unique_handle opened = owned(::CreateFileW(
        to_utf16(path).c_str(), access_for(mode),
        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, disposition_for(mode),
        FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OVERLAPPED, nullptr));
    error = opened ? std::error_code() : last_error();
    return opened;
}

std::uint64_t file_size(native_handle file, std::error_code& error) noexcept {
    LARGE_INTEGER size{};
    error = ::GetFileSizeEx(handle_of(file), &size) ? std::error_code() : last_error();
    return error ? 0 : static_cast<std::uint64_t>(size.QuadPart);
}

std::error_code sync_file(native_handle file) noexcept {
    // Refused for a file that was opened to be read: there is nothing of ours to be written.
    if (::FlushFileBuffers(handle_of(file)) || ::GetLastError() == ERROR_ACCESS_DENIED) return {};
    return last_error();
}

std::error_code copy_access(native_handle, const std::string&) noexcept {
    return {};
}

// MoveFileEx refuses to replace a file that somebody has open, however it is shared. Since Windows
// 10 a rename can be asked to be as in POSIX; not every file system can.
std::error_code move_file(const std::string& from, const std::string& to) noexcept {
    constexpr auto rename_info_ex = static_cast<FILE_INFO_BY_HANDLE_CLASS>(22);
    constexpr DWORD replace_if_exists = 0x1;
    constexpr DWORD posix_semantics = 0x2;
    constexpr DWORD ignore_read_only = 0x40;
    const std::wstring source = to_utf16(from);
    const std::wstring target = to_utf16(to);
    {
        const unique_handle moved = owned(::CreateFileW(
            source.c_str(), DELETE | SYNCHRONIZE,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
            FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, nullptr));
        if (!moved) return last_error();
        const std::size_t bytes = target.size() * sizeof(wchar_t);
        std::vector<std::byte> memory(sizeof(FILE_RENAME_INFO) + bytes);
        auto* const how = reinterpret_cast<FILE_RENAME_INFO*>(memory.data());
        // In its place stand the flags, which older headers do not name.
        constexpr DWORD flags = replace_if_exists | posix_semantics | ignore_read_only;
        std::memcpy(memory.data(), &flags, sizeof flags);
        how->FileNameLength = static_cast<DWORD>(bytes);
        std::memcpy(how->FileName, target.data(), bytes);
        if (::SetFileInformationByHandle(handle_of(moved.get()), rename_info_ex, how,
                                         static_cast<DWORD>(memory.size())))
            return {};
    }
    const DWORD how = MOVEFILE_REPLACE_EXISTING;
    return ::MoveFileExW(source.c_str(), target.c_str(), how) ? std::error_code() : last_error();
}

void perform_on_file(operation& op) noexcept {
    op.error = {};
    if (is_beyond_files(op)) {
        op.error = std::errc::invalid_argument;
        op.value = 0;
        return;
    }
    op.value = 0;
    for (const io_buffer& each : op.buffers) {
        std::error_code error;
        const DWORD count = transfer(op, each, op.offset + op.value, error);
        if (error && op.value == 0) op.error = error;
        op.value += count;
        if (count < each.size) return;
    }
}

}  // namespace eddy
