#pragma once

#include <eddy/readiness_awaiter.hpp>

#include <system_error>

namespace eddy {

/// A handle that a loop follows, to wait until it is readable or writable. Borrows the handle, and
/// must be ended before that is closed.
class attachment {
public:
    /// Throws std::system_error.
    attachment(event_loop& loop, native_handle handle) : loop_(loop), handle_(handle) {
        if (const std::error_code error = loop.kernel().attach(handle))
            throw std::system_error(error, "follow a handle");
    }
    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;
    ~attachment() { end(); }

    /// Who still waits for the handle gets an error.
    void end() noexcept {
        if (handle_ != invalid_handle) loop_.kernel().detach(handle_);
        handle_ = invalid_handle;
    }

    readiness_awaiter readable() const noexcept { return {opcode::readable, handle_}; }
    readiness_awaiter writable() const noexcept { return {opcode::writable, handle_}; }

private:
    event_loop& loop_;
    native_handle handle_;
};

}  // namespace eddy
