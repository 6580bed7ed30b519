#pragma once

#include <eddy/native_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

namespace eddy {

/// Bytes from another process that do not mean what they should.
struct serialization_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Values on their way to another process: as bytes, or, if they are many, in shared memory whose
/// content is sealed. One of the two is empty.
struct payload {
    std::vector<std::byte> bytes;
    std::shared_ptr<const unique_handle> memory;  ///< shared with the messages that carry it
};

/// Collects the bytes of a payload. A block goes into shared memory straight from where it lies.
class payload_writer {
public:
    /// From this size on a payload travels as shared memory; to copy less through a socket is
    /// cheaper than to have the kernel make, map and unmap it.
    static constexpr std::size_t most_bytes = 64 * 1024;

    /// Throws std::system_error if the shared memory cannot be had.
    void write(std::span<const std::byte> block);

    /// Fills up so that the next block lies at a multiple of `alignment`.
    void align(std::size_t alignment);

    payload finish() &&;

private:
    void spill(std::span<const std::byte> block);
    void write_out(std::span<const std::byte> block);

    std::vector<std::byte> buffer_;
    unique_handle memory_;
    std::uint64_t written_out_ = 0;
};

/// Reads the bytes of a payload, which it borrows, in the order in which they were written.
class payload_reader {
public:
    explicit payload_reader(std::span<const std::byte> bytes) noexcept
        : begin_(bytes.data()), left_(bytes) {}

    std::size_t left() const noexcept { return left_.size(); }
    /// Where the next block lies.
    const std::byte* position() const noexcept { return left_.data(); }

    /// The next block. Throws `serialization_error` if less is left.
    std::span<const std::byte> take(std::size_t size) {
        if (size > left_.size()) throw_too_short();
        const std::span<const std::byte> block = left_.first(size);
        left_ = left_.subspan(size);
        return block;
    }

    /// Skips what `payload_writer::align` has filled in.
    void align(std::size_t alignment);

private:
    [[noreturn]] static void throw_too_short();

    const std::byte* begin_;
    std::span<const std::byte> left_;
};

}  // namespace eddy
