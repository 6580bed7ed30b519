#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/intrusive_list.hpp>
#include <eddy/native_handle.hpp>
#include <eddy/operation_error.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace eddy {

/// What the kernel is asked to do. Two operations do not wait where the kernel tells nobody when to
/// try again, but fail with `resource_unavailable_try_again` (unix(7)): a `send_to` whose local
/// `peer` is full, unless the socket is connected to it, and a `connect` to a local listener whose
/// backlog is full.
enum class opcode : std::uint8_t {
    accept,        ///< value: the new handle, which the owner of the operation must take; `peer` is
                   ///< filled in
    connect,       ///< to `peer`
    receive,       ///< into `buffers`; value: bytes, 0 at the end of the stream
    send,          ///< from `buffers`; value: bytes taken, possibly fewer than offered
    receive_from,  ///< one datagram into `buffers`; `peer` is filled in; value: its full size
    send_to,       ///< one datagram to `peer`, or without one to whom the socket is connected;
                   ///< value: its size
    read,          ///< from a pipe; value: bytes, 0 when its other end is closed
    write,         ///< to a pipe; value: bytes taken, possibly fewer than offered
    readable,      ///< wait until the handle can be read; nothing is transferred
    writable,      ///< wait until the handle can be written
    read_at,       ///< from a file at `offset`; value: bytes, 0 at its end
    write_at,      ///< to a file at `offset`; value: bytes taken, possibly fewer than offered
};

/// The verb of an opcode, as errors name it: "accept", "connect", …
const char* to_string(opcode code) noexcept;

/// A piece of memory to read from or write to, in the layout of the kernel's vectors.
struct io_buffer {
    void* data = nullptr;
    std::size_t size = 0;
};

inline io_buffer buffer_of(std::span<std::byte> bytes) noexcept {
    return {bytes.data(), bytes.size()};
}
// The kernel's vectors know no const; a write does not write to them.
inline io_buffer buffer_of(std::span<const std::byte> bytes) noexcept {
    return {const_cast<std::byte*>(bytes.data()), bytes.size()};
}

/// One request to the kernel: what to do, with what, and how it ended. Lives in the awaiter that
/// started it and must stay in place until it comes back from `backend::poll`.
struct operation : list_node<> {
    opcode code = opcode::readable;
    bool in_flight = false;  ///< the kernel may still touch buffers and peer
    bool goes_on = false;    ///< not the backend's: whoever started it may have to start it again
                             ///< before it is done. Here, because here is room for it.
    native_handle handle = invalid_handle;
    std::span<const io_buffer> buffers;

    operation_error error;  ///< set when finished
    /// The backend's own, while in flight: which handle of this number it belongs to, counted by
    /// how often the number was attached.
    std::uint32_t generation = 0;
    std::uint64_t value = 0;  ///< set when finished without error

    std::uintptr_t scratch = 0;  ///< the backend's own, while in flight

    endpoint* peer = nullptr;  ///< may be null where it is filled in
    std::uint64_t offset = 0;  ///< for files, in bytes
};

/// Whether it asks for a place that no file has. Some kernels take the largest number for another
/// question: where the file is now, or where it ends.
inline bool is_beyond_files(const operation& op) noexcept {
    const bool is_on_file = op.code == opcode::read_at || op.code == opcode::write_at;
    return is_on_file && op.offset > std::uint64_t{std::numeric_limits<std::int64_t>::max()};
}

using operation_list = intrusive_list<operation>;

}  // namespace eddy
