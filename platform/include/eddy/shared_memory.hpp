#pragma once

#include <eddy/native_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>
#include <utility>

namespace eddy {

/// Memory that processes share by passing its handle on. It has no name, so there is none to clean
/// up: it is gone when the last handle and the last mapping are. Starts zeroed.
unique_handle open_shared_memory(std::size_t size, std::error_code& error) noexcept;

/// Writes at a place of the memory, which grows if it must.
std::error_code write_shared_memory(native_handle memory, std::uint64_t offset,
                                    std::span<const std::byte> bytes) noexcept;

/// From now on nobody can change its size: a mapping of it cannot lose its pages. (Windows has no
/// seals; there, what is mapped cannot shrink anyway, and content is left alone by convention.)
std::error_code seal_size(native_handle memory) noexcept;
/// The same, and nobody can change its content either. There must be no writable mapping.
std::error_code seal_content(native_handle memory) noexcept;

enum class mapping_access : std::uint8_t { read, read_and_write };

/// Shared memory as it is seen in this process.
class memory_mapping {
public:
    memory_mapping() noexcept = default;
    memory_mapping(memory_mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
    memory_mapping& operator=(memory_mapping&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        return *this;
    }
    ~memory_mapping();

    /// Maps all of it. Refuses memory whose size is not sealed.
    static memory_mapping open(native_handle memory, mapping_access access,
                               std::error_code& error) noexcept;

    std::span<std::byte> bytes() const noexcept { return bytes_; }

private:
    std::span<std::byte> bytes_;
};

/// Tells the kernel that a large block is about to be written as a whole for the first time, so
/// that it may give it in large pages: one page fault in place of 512.
void expect_writes(std::span<std::byte> block) noexcept;

}  // namespace eddy
