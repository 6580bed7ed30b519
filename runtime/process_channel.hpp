#pragma once

#include <eddy/handle_passing.hpp>
#include <eddy/payload.hpp>
#include <eddy/shared_memory.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <system_error>
#include <vector>

namespace eddy {

/// What a message between a pool and its worker says.
enum class message_kind : std::uint8_t {
    greeting,            ///< both ways, first: who I am
    initialize,          ///< to the worker: call this before all others
    call,                ///< to the worker
    value,               ///< from the worker: a call has returned
    error,               ///< from the worker: a call has thrown
    initializer_failed,  ///< from the worker, last: the initializer has thrown
};

/// What stands before each message.
struct message_header {
    std::uint32_t size = 0;  // of the bytes that follow
    message_kind kind = message_kind::greeting;
    bool has_memory = false;  // then those bytes are not the content: the next handle leads to it
    std::uint16_t place = 0;  // of a call, on the control page
    std::uint64_t call = 0;

    // Of a call: what is to be called.
    std::uint64_t check = 0;
    std::uint32_t ordinal = 0;
    // Of an answer: how long the function has run.
    std::uint32_t microseconds = 0;
};

/// A message that has arrived. Its content lives as long as it does, and only until the channel
/// receives more.
class message {
public:
    message(const message_header& head, std::span<const std::byte> bytes) noexcept
        : head_(head), content_(bytes) {}
    message(const message_header& head, memory_mapping memory) noexcept
        : head_(head), memory_(std::move(memory)), content_(memory_.bytes()) {}
    message(const message_header& head, const std::error_code& error) noexcept
        : head_(head), error_(error) {}

    const message_header& head() const noexcept { return head_; }
    /// Throws std::system_error if its memory could not be mapped. What it is about is known then
    /// all the same, so that only that need fail.
    std::span<const std::byte> content() const {
        if (error_) throw std::system_error(error_, "map memory from another process");
        return content_;
    }

private:
    message_header head_;
    std::error_code error_;
    memory_mapping memory_;
    std::span<const std::byte> content_;
};

/// Messages over one end of a local socket, which it borrows.
class process_channel {
public:
    /// `peer` is the process at the other end, where handles cannot be passed without it; also
    /// borrowed.
    explicit process_channel(native_handle socket, native_handle peer = invalid_handle) noexcept
        : way_{.socket = socket, .peer_process = peer} {}

    /// Puts a message into the queue of what is to be sent.
    void put(message_header head, const payload& content);

    /// Sends what is in the queue, or as much as goes without waiting.
    void send(when_not_ready what, std::error_code& error);
    /// Whether sending has failed because the kernel is out of something for now. It wakes nobody
    /// when it has it again.
    static bool is_shortage(const std::error_code& error) noexcept {
        return error == std::errc::no_buffer_space || error == std::errc::not_enough_memory;
    }
    bool has_unsent() const noexcept { return sent_ < unsent_.size(); }
    /// How many bytes of memory the queue takes up, besides what the kernel holds.
    std::size_t queue_memory() const noexcept { return unsent_.capacity(); }

    /// Receives what is there. False: there will be no more. Invalidates the messages taken.
    bool receive(when_not_ready what, std::error_code& error);

    /// The next message that is there as a whole. Throws `serialization_error` if it is none.
    std::optional<message> take();

private:
    struct passed_handle {
        std::size_t at;  // goes with the byte of this number in `unsent_`
        std::shared_ptr<const unique_handle> memory;
    };

    void make_room() noexcept;
    std::size_t end_of_next_piece() const noexcept;
    message open(const message_header& head, std::span<const std::byte> bytes);

    handle_channel way_;

    std::vector<std::byte> unsent_;  // the first `sent_` of it have gone
    std::size_t sent_ = 0;
    std::deque<passed_handle> unsent_handles_;

    std::vector<std::byte> received_;  // the part from `taken_` to `filled_` was not looked at yet
    std::size_t taken_ = 0;
    std::size_t filled_ = 0;
    std::vector<unique_handle> handles_;
};

}  // namespace eddy
