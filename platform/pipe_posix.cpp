#include <eddy/pipe.hpp>

#include "pipe_transfer.hpp"
#include "posix.hpp"
#include "socket_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace eddy {

ssize_t transfer_in_order(const operation& op, bool reads) noexcept {
    std::span<const io_buffer> pieces = pieces_of(op);
    io_buffer cut;
    if (pieces.size() == 1) {
        cut = {pieces[0].data, size_of(pieces[0])};
        pieces = {&cut, 1};
    }
    const auto* const vectors = reinterpret_cast<const iovec*>(pieces.data());
    const auto count = static_cast<int>(pieces.size());
    return retry_interrupted([&] {
        return reads ? ::readv(op.handle, vectors, count)
                     : write_to_pipe(op.handle, vectors, count);
    });
}

bool try_transfer_on_pipe(operation& op) noexcept {
    op.error = {};
    if (op.scratch == 0) {
        op.scratch = 1;
        op.error = make_non_blocking(op.handle);
        if (op.error) return true;
    }
    const ssize_t result = transfer_in_order(op, op.code == opcode::read);
    if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return false;
    if (result < 0) op.error = last_error();
    op.value = result < 0 ? 0 : static_cast<std::uint64_t>(result);
    return true;
}

std::error_code open_pipe(unique_handle& reading, unique_handle& writing, given_end) noexcept {
    int ends[2];
    if (make_pipe(ends) < 0) return last_error();
    reading.reset(ends[0]);
    writing.reset(ends[1]);
    return {};
}

unique_handle open_null_device(std::error_code& error) noexcept {
    unique_handle opened(::open("/dev/null", O_RDWR | O_CLOEXEC));
    error = opened ? std::error_code() : last_error();
    return opened;
}

}  // namespace eddy
