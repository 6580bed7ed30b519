#include "process_channel.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace eddy {
namespace {

// All lies at multiples of it, so that values can be read where they are.
constexpr std::size_t alignment = 16;
static_assert(sizeof(message_header) % alignment == 0);

// More than this is not sent without shared memory.
constexpr std::size_t most_inline = payload_writer::most_bytes;
constexpr std::size_t room_to_receive = 2 * most_inline;

// A queue that has been emptied keeps so much memory for the next messages.
constexpr std::size_t most_kept = 4 * most_inline;

constexpr std::size_t aligned(std::size_t size) noexcept {
    return (size + alignment - 1) / alignment * alignment;
}

}  // namespace

// Lets go of what was sent once that is the larger part: a busy queue may never be empty. So on
// average each byte is moved once at most.
void process_channel::make_room() noexcept {
    if (sent_ < most_inline || sent_ < unsent_.size() / 2) return;
    // Messages stay at multiples of the alignment.
    const std::size_t gone = sent_ / alignment * alignment;
    unsent_.erase(unsent_.begin(), unsent_.begin() + static_cast<std::ptrdiff_t>(gone));
    sent_ -= gone;
    for (passed_handle& each : unsent_handles_) each.at -= gone;
}

void process_channel::put(message_header head, const payload& content) {
    make_room();
    head.size = static_cast<std::uint32_t>(content.bytes.size());
    head.has_memory = content.memory != nullptr;
    if (content.memory) unsent_handles_.push_back({unsent_.size(), content.memory});

    const std::span<const std::byte> header = std::as_bytes(std::span(&head, 1));
    unsent_.insert(unsent_.end(), header.begin(), header.end());
    unsent_.insert(unsent_.end(), content.bytes.begin(), content.bytes.end());
    unsent_.resize(aligned(unsent_.size()));
}

// A handle goes with the first byte of its message, and no call to the kernel takes two.
std::size_t process_channel::end_of_next_piece() const noexcept {
    for (const passed_handle& each : unsent_handles_)
        if (each.at > sent_) return each.at;
    return unsent_.size();
}

void process_channel::send(when_not_ready what, std::error_code& error) {
    error.clear();
    while (has_unsent()) {
        const bool has_handle = !unsent_handles_.empty() && unsent_handles_.front().at == sent_;
        const native_handle passed =
            has_handle ? unsent_handles_.front().memory->get() : invalid_handle;
        const auto piece = std::span(unsent_).subspan(sent_, end_of_next_piece() - sent_);
        const std::size_t taken = send_with_handle(way_, piece, passed, what, error);
        if (error) return;
        if (has_handle) unsent_handles_.pop_front();
        sent_ += taken;
    }
    unsent_.clear();
    sent_ = 0;
    if (unsent_.capacity() > most_kept) std::vector<std::byte>().swap(unsent_);
}

bool process_channel::receive(when_not_ready what, std::error_code& error) {
    // What is left is the beginning of one message.
    std::copy(received_.begin() + static_cast<std::ptrdiff_t>(taken_),
              received_.begin() + static_cast<std::ptrdiff_t>(filled_), received_.begin());
    filled_ -= std::exchange(taken_, 0);
    received_.resize(room_to_receive);
    const auto room = std::span(received_).subspan(filled_);
    const std::size_t count = receive_with_handles(way_, room, handles_, what, error);
    filled_ += count;
    return count > 0;
}

std::optional<message> process_channel::take() {
    const auto there = std::span<const std::byte>(received_).subspan(taken_, filled_ - taken_);
    message_header head;
    if (there.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, there.data(), sizeof head);
    if (head.size > most_inline)
        throw serialization_error("a message of another process is broken");
    const std::size_t size = aligned(sizeof head + head.size);
    if (there.size() < size) return std::nullopt;
    taken_ += size;
    return open(head, there.subspan(sizeof head, head.size));
}

message process_channel::open(const message_header& head, std::span<const std::byte> bytes) {
    if (!head.has_memory) return message(head, bytes);
    if (handles_.empty())
        throw serialization_error("a message of another process lacks its memory");
    const unique_handle memory = std::move(handles_.front());
    handles_.erase(handles_.begin());
    std::error_code error;
    memory_mapping mapped = memory_mapping::open(memory.get(), mapping_access::read, error);
    if (error) return message(head, error);
    return message(head, std::move(mapped));
}

}  // namespace eddy
