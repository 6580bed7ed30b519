#include <eddy/code_image.hpp>

#include "windows_calls.hpp"

#include <cstring>

namespace eddy {
namespace {

// The header of an image as it lies in memory ("PE Format" in the Windows documentation).
const IMAGE_NT_HEADERS& header_of(std::uintptr_t begin) noexcept {
    const auto& dos = *reinterpret_cast<const IMAGE_DOS_HEADER*>(begin);
    return *reinterpret_cast<const IMAGE_NT_HEADERS*>(begin +
                                                      static_cast<std::uintptr_t>(dos.e_lfanew));
}

// A linker that was asked for a build id leaves it as the name of a file of symbols: "RSDS", the id
// of 16 bytes, and more.
std::span<const std::byte> id_of_symbols(std::uintptr_t begin,
                                         const IMAGE_DATA_DIRECTORY& directory) noexcept {
    const std::span entries(
        reinterpret_cast<const IMAGE_DEBUG_DIRECTORY*>(begin + directory.VirtualAddress),
        directory.Size / sizeof(IMAGE_DEBUG_DIRECTORY));
    for (const IMAGE_DEBUG_DIRECTORY& each : entries) {
        const auto* const data = reinterpret_cast<const std::byte*>(begin + each.AddressOfRawData);
        if (each.Type == IMAGE_DEBUG_TYPE_CODEVIEW && each.SizeOfData >= 20 &&
            std::memcmp(data, "RSDS", 4) == 0)
            return {data + 4, 16};
    }
    return {};
}

// Else the part of the header that has the time of the build and the number of its symbols; not the
// rest of it, which the loader changes.
std::span<const std::byte> build_id_of(std::uintptr_t begin,
                                       const IMAGE_NT_HEADERS& header) noexcept {
    const auto id =
        id_of_symbols(begin, header.OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_DEBUG]);
    return !id.empty() ? id : std::as_bytes(std::span(&header.FileHeader, 1));
}

}  // namespace

code_image find_code_image(const void* address) noexcept {
    constexpr DWORD by_address =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    HMODULE module = nullptr;
    if (!::GetModuleHandleExW(by_address, static_cast<LPCWSTR>(address), &module)) return {};
    const auto begin = reinterpret_cast<std::uintptr_t>(module);
    const IMAGE_NT_HEADERS& header = header_of(begin);
    return {begin, begin + header.OptionalHeader.SizeOfImage, build_id_of(begin, header)};
}

}  // namespace eddy
