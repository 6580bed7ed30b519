#pragma once

#include <eddy/byte_stream.hpp>
#include <eddy/named_transfer.hpp>
#include <eddy/socket_awaiters.hpp>

#include <string>

namespace eddy {

/// One end of a pipe: what a process reads or writes at its other end. It goes one way, so one of
/// `read` and `write` always is an error. Belongs to the loop it was made on. While an operation is
/// awaited, the stream stays where it is and its buffer lives. Errors are std::system_error and
/// name the operation and the pipe.
class pipe_stream {
public:
    /// Takes over an end of a pipe; the name is told in errors. Throws std::system_error.
    pipe_stream(unique_handle end, std::string name)
        : handle_(std::move(end)), name_(std::move(name)) {}

    /// Waits for bytes; 0 when nobody holds the other end any more.
    named_transfer read(std::span<std::byte> into) noexcept {
        return named_transfer(opcode::read, handle_.get(), buffer_of(into), name_);
    }
    /// Writes some of `from` and gives how much. `broken_pipe` if nobody holds the other end.
    named_transfer write(std::span<const std::byte> from) noexcept {
        return named_transfer(opcode::write, handle_.get(), buffer_of(from), name_);
    }

    /// Whoever reads the other end comes to the end of the stream.
    task<> close();

    bool is_open() const noexcept { return static_cast<bool>(handle_); }
    const std::string& name() const noexcept { return name_; }

private:
    attached_handle handle_;
    std::string name_;
};

}  // namespace eddy
