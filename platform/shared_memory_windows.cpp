#include <eddy/shared_memory.hpp>

#include "windows_calls.hpp"

#include <algorithm>
#include <atomic>
#include <cwchar>

namespace eddy {
namespace {

// Windows' own shared memory cannot grow. A file that is temporary and deleted with its last handle
// can, and is written to a disk only if memory runs out.
unique_handle open_temporary_file() noexcept {
    static std::atomic<unsigned> count = 0;
    wchar_t folder[MAX_PATH + 1] = L"";
    ::GetTempPathW(MAX_PATH + 1, folder);
    // The time tells it from what a process with the same number has left after a crash.
    LARGE_INTEGER time;
    ::QueryPerformanceCounter(&time);
    wchar_t path[MAX_PATH + 64] = L"";
    std::swprintf(path, std::size(path), L"%ls\\eddy-%lx-%llx-%x.tmp", folder,
                  ::GetCurrentProcessId(), time.QuadPart, count++);
    return owned(::CreateFileW(
        path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        nullptr, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, nullptr));
}

std::size_t size_of(native_handle memory, std::error_code& error) noexcept {
    LARGE_INTEGER size{};
    error = ::GetFileSizeEx(handle_of(memory), &size) ? std::error_code() : last_error();
    return static_cast<std::size_t>(size.QuadPart);
}

}  // namespace

unique_handle open_shared_memory(std::size_t size, std::error_code& error) noexcept {
    error.clear();
    unique_handle opened = open_temporary_file();
    FILE_END_OF_FILE_INFO end{};
    end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
    if (!opened || !::SetFileInformationByHandle(handle_of(opened.get()), FileEndOfFileInfo, &end,
                                                 sizeof end)) {
        error = last_error();
        return {};
    }
    return opened;
}

std::error_code write_shared_memory(native_handle memory, std::uint64_t offset,
                                    std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        OVERLAPPED place{};
        place.Offset = static_cast<DWORD>(offset);
        place.OffsetHigh = static_cast<DWORD>(offset >> 32);
        const auto size = static_cast<DWORD>(std::min<std::size_t>(bytes.size(), 1 << 30));
        DWORD written = 0;
        if (!::WriteFile(handle_of(memory), bytes.data(), size, &written, &place))
            return last_error();
        offset += written;
        bytes = bytes.subspan(written);
    }
    return {};
}

// A file that is mapped cannot shrink here: that much is given without a seal. That nobody writes
// any more cannot be had.
std::error_code seal_size(native_handle) noexcept {
    return {};
}

std::error_code seal_content(native_handle) noexcept {
    return {};
}

memory_mapping::~memory_mapping() {
    if (!bytes_.empty()) ::UnmapViewOfFile(bytes_.data());
}

memory_mapping memory_mapping::open(native_handle memory, mapping_access access,
                                    std::error_code& error) noexcept {
    memory_mapping mapped;
    const std::size_t size = size_of(memory, error);
    if (error || size == 0) return mapped;
    const bool writes = access == mapping_access::read_and_write;
    const unique_handle section = owned(::CreateFileMappingW(
        handle_of(memory), nullptr, writes ? PAGE_READWRITE : PAGE_READONLY, 0, 0, nullptr));
    void* const begin =
        section
            ? ::MapViewOfFile(handle_of(section.get()),
                              writes ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ, 0, 0, size)
            : nullptr;
    if (begin == nullptr)
        error = last_error();
    else
        mapped.bytes_ = {static_cast<std::byte*>(begin), size};
    return mapped;
}

void expect_writes(std::span<std::byte>) noexcept {
    // Large pages have to be asked for when memory is allocated, and need a privilege.
}

}  // namespace eddy
