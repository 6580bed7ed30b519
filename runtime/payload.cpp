#include <eddy/payload.hpp>

#include <eddy/shared_memory.hpp>

#include <algorithm>
#include <system_error>
#include <utility>

namespace eddy {
namespace {

void check(const std::error_code& error) {
    if (error) throw std::system_error(error, "share memory with another process");
}

constexpr std::size_t fill(std::uint64_t position, std::size_t alignment) noexcept {
    return static_cast<std::size_t>((alignment - position % alignment) % alignment);
}

}  // namespace

void payload_writer::write(std::span<const std::byte> block) {
    if (block.size() >= most_bytes - buffer_.size()) return spill(block);
    buffer_.insert(buffer_.end(), block.begin(), block.end());
}

void payload_writer::align(std::size_t alignment) {
    static constexpr std::byte zeros[alignof(std::max_align_t)] = {};
    for (std::size_t left = fill(written_out_ + buffer_.size(), alignment); left > 0;) {
        const std::size_t size = std::min(left, sizeof zeros);
        write(std::span(zeros, size));
        left -= size;
    }
}

void payload_writer::spill(std::span<const std::byte> block) {
    write_out(buffer_);
    buffer_.clear();
    if (block.size() >= most_bytes)
        write_out(block);
    else
        buffer_.assign(block.begin(), block.end());
}

void payload_writer::write_out(std::span<const std::byte> block) {
    std::error_code error;
    if (!memory_) memory_ = open_shared_memory(0, error);
    check(error);
    check(write_shared_memory(memory_.get(), written_out_, block));
    written_out_ += block.size();
}

payload payload_writer::finish() && {
    payload finished;
    if (!memory_) {
        finished.bytes = std::move(buffer_);
        return finished;
    }
    write_out(buffer_);
    check(seal_content(memory_.get()));
    finished.memory = std::make_shared<const unique_handle>(std::move(memory_));
    return finished;
}

void payload_reader::align(std::size_t alignment) {
    take(fill(static_cast<std::uint64_t>(left_.data() - begin_), alignment));
}

void payload_reader::throw_too_short() {
    throw serialization_error("a value from another process is cut off");
}

}  // namespace eddy
