#pragma once

#include <eddy/endpoint.hpp>
#include <eddy/event_loop.hpp>
#include <eddy/native_handle.hpp>

namespace eddy {

/// A socket, or an end of a pipe, that its loop follows. Detaches and closes it in its destructor.
class attached_handle {
public:
    attached_handle() noexcept = default;
    /// Attaches to the running loop. Throws std::system_error; `handle` is closed then.
    explicit attached_handle(unique_handle handle);
    attached_handle(attached_handle&& other) noexcept
        : loop_(other.loop_), handle_(std::move(other.handle_)) {}
    attached_handle& operator=(attached_handle&& other) noexcept {
        if (this == &other) return *this;
        close();
        loop_ = other.loop_;
        handle_ = std::move(other.handle_);
        return *this;
    }
    ~attached_handle() { close(); }

    native_handle get() const noexcept { return handle_.get(); }
    explicit operator bool() const noexcept { return static_cast<bool>(handle_); }

    /// The address that a socket is bound to. Throws std::system_error.
    endpoint local() const;

    /// Operations in flight come back with `operation_canceled`. Safe to call twice.
    void close() noexcept;

    /// How often it was closed. Tells whoever has more to do on it whether it is still the same
    /// one: its number may be another's by now, which this owns as well.
    std::uint32_t closings() const noexcept { return closings_; }

private:
    event_loop* loop_ = nullptr;
    unique_handle handle_;
    std::uint32_t closings_ = 0;
};

}  // namespace eddy
