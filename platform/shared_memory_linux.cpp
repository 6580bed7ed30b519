#include <eddy/shared_memory.hpp>

#include "posix.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eddy {
namespace {

constexpr unsigned size_seals = F_SEAL_SHRINK | F_SEAL_GROW;

std::error_code add_seals(native_handle memory, unsigned seals) noexcept {
    return ::fcntl(memory, F_ADD_SEALS, seals) < 0 ? last_error() : std::error_code();
}

// The size of memory that may be mapped.
std::size_t sealed_size(native_handle memory, std::error_code& error) noexcept {
    const int seals = ::fcntl(memory, F_GET_SEALS);
    struct stat about{};
    if (seals < 0 || ::fstat(memory, &about) < 0) {
        error = last_error();
        return 0;
    }
    if ((seals & F_SEAL_SHRINK) == 0) {
        error = std::make_error_code(std::errc::operation_not_permitted);
        return 0;
    }
    error.clear();
    return static_cast<std::size_t>(about.st_size);
}

}  // namespace

unique_handle open_shared_memory(std::size_t size, std::error_code& error) noexcept {
    error.clear();
    unique_handle opened(::memfd_create("eddy", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!opened || ::ftruncate(opened.get(), static_cast<off_t>(size)) < 0) {
        error = last_error();
        return {};
    }
    return opened;
}

std::error_code write_shared_memory(native_handle memory, std::uint64_t offset,
                                    std::span<const std::byte> bytes) noexcept {
    while (!bytes.empty()) {
        const ssize_t written = retry_interrupted([&] {
            return ::pwrite(memory, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        });
        if (written < 0) return last_error();
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

std::error_code seal_size(native_handle memory) noexcept {
    return add_seals(memory, size_seals | F_SEAL_SEAL);
}

std::error_code seal_content(native_handle memory) noexcept {
    return add_seals(memory, size_seals | F_SEAL_WRITE | F_SEAL_SEAL);
}

memory_mapping::~memory_mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

memory_mapping memory_mapping::open(native_handle memory, mapping_access access,
                                    std::error_code& error) noexcept {
    memory_mapping mapped;
    const std::size_t size = sealed_size(memory, error);
    if (error || size == 0) return mapped;
    const bool writes = access == mapping_access::read_and_write;
    // Before Linux 6.7 sealed content can only be mapped privately. Nobody writes to such a
    // mapping, so it shows the shared pages themselves.
    void* const begin = ::mmap(nullptr, size, writes ? PROT_READ | PROT_WRITE : PROT_READ,
                               writes ? MAP_SHARED : MAP_PRIVATE, memory, 0);
    if (begin == MAP_FAILED)
        error = last_error();
    else
        mapped.bytes_ = {static_cast<std::byte*>(begin), size};
    return mapped;
}

void expect_writes(std::span<std::byte> block) noexcept {
    constexpr std::uintptr_t page = 4096;
    const auto begin = reinterpret_cast<std::uintptr_t>(block.data());
    const std::uintptr_t first = (begin + page - 1) / page * page;
    const std::uintptr_t last = (begin + block.size()) / page * page;
    if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace eddy
