#include <eddy/shared_memory.hpp>

#include "posix.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eddy {
namespace {

// macOS has neither memfd nor seals. Its shm_open gives memory that cannot be written to by a call
// and whose size is set once, which is no use for something that grows; so this is a file that has
// no name any more. A seal is a mark in the file's permissions, which travel with the handle: it
// binds those who use this interface, and nobody else.
constexpr mode_t unsealed = S_IRUSR | S_IWUSR;
constexpr mode_t sealed_in_size = S_IRUSR | S_IWUSR | S_IXUSR;
constexpr mode_t sealed_in_content = S_IRUSR | S_IXUSR;

std::error_code not_permitted() noexcept {
    return std::make_error_code(std::errc::operation_not_permitted);
}

struct seals {
    bool of_size = false;
    bool of_content = false;
    std::size_t size = 0;
};

seals seals_of(native_handle memory, std::error_code& error) noexcept {
    struct stat about{};
    error = ::fstat(memory, &about) < 0 ? last_error() : std::error_code();
    return {(about.st_mode & S_IXUSR) != 0, (about.st_mode & S_IWUSR) == 0,
            static_cast<std::size_t>(about.st_size)};
}

std::error_code seal(native_handle memory, mode_t how) noexcept {
    std::error_code error;
    const seals now = seals_of(memory, error);
    if (error) return error;
    if (now.of_size) return not_permitted();
    return ::fchmod(memory, how) < 0 ? last_error() : std::error_code();
}

std::string folder_for_temporary_files() {
    const char* const folder = std::getenv("TMPDIR");
    return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

}  // namespace

unique_handle open_shared_memory(std::size_t size, std::error_code& error) noexcept {
    error.clear();
    std::string name = folder_for_temporary_files() + "/eddy-XXXXXX";
    unique_handle opened(::mkostemp(name.data(), O_CLOEXEC));
    if (opened) ::unlink(name.c_str());
    if (!opened || ::fchmod(opened.get(), unsealed) < 0 ||
        ::ftruncate(opened.get(), static_cast<off_t>(size)) < 0) {
        error = last_error();
        return {};
    }
    return opened;
}

std::error_code write_shared_memory(native_handle memory, std::uint64_t offset,
                                    std::span<const std::byte> bytes) noexcept {
    std::error_code error;
    const seals now = seals_of(memory, error);
    if (error) return error;
    const bool grows = offset + bytes.size() > now.size;
    if (now.of_content || (now.of_size && grows)) return not_permitted();
    while (!bytes.empty()) {
        const ssize_t written = retry_interrupted([&] {
            return ::pwrite(memory, bytes.data(), std::min(bytes.size(), most_per_call),
                            static_cast<off_t>(offset));
        });
        if (written < 0) return last_error();
        offset += static_cast<std::uint64_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

std::error_code seal_size(native_handle memory) noexcept {
    return seal(memory, sealed_in_size);
}

std::error_code seal_content(native_handle memory) noexcept {
    return seal(memory, sealed_in_content);
}

memory_mapping::~memory_mapping() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

memory_mapping memory_mapping::open(native_handle memory, mapping_access access,
                                    std::error_code& error) noexcept {
    memory_mapping mapped;
    const seals now = seals_of(memory, error);
    const bool writes = access == mapping_access::read_and_write;
    if (!error && (!now.of_size || (writes && now.of_content))) error = not_permitted();
    if (error || now.size == 0) return mapped;
    void* const begin = ::mmap(nullptr, now.size, writes ? PROT_READ | PROT_WRITE : PROT_READ,
                               MAP_SHARED, memory, 0);
    if (begin == MAP_FAILED)
        error = last_error();
    else
        mapped.bytes_ = {static_cast<std::byte*>(begin), now.size};
    return mapped;
}

// macOS chooses the size of its pages by itself.
void expect_writes(std::span<std::byte>) noexcept {}

}  // namespace eddy
