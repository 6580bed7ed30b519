#pragma once

#include <cstdint>
#include <utility>

namespace eddy {

// The one place where a public header of this layer names an operating system: the type differs.
#ifdef _WIN32
/// What the operating system calls an open file or socket (`HANDLE` and `SOCKET` on Windows).
using native_handle = std::uintptr_t;
inline constexpr native_handle invalid_handle = ~native_handle{0};
#else
/// What the operating system calls an open file or socket (a descriptor).
using native_handle = int;
inline constexpr native_handle invalid_handle = -1;
#endif

/// Gives a handle back to the operating system. Errors are ignored: there is nobody to tell.
void close_handle(native_handle handle) noexcept;

/// Owns a handle and closes it in its destructor.
class unique_handle {
public:
    unique_handle() noexcept = default;
    explicit unique_handle(native_handle handle) noexcept : handle_(handle) {}
    unique_handle(unique_handle&& other) noexcept : handle_(other.release()) {}
    unique_handle& operator=(unique_handle&& other) noexcept {
        if (this != &other) reset(other.release());
        return *this;
    }
    ~unique_handle() { reset(); }

    native_handle get() const noexcept { return handle_; }
    explicit operator bool() const noexcept { return handle_ != invalid_handle; }

    /// Gives the handle up without closing it.
    native_handle release() noexcept { return std::exchange(handle_, invalid_handle); }

    void reset(native_handle handle = invalid_handle) noexcept {
        const native_handle old = std::exchange(handle_, handle);
        if (old != invalid_handle) close_handle(old);
    }

private:
    native_handle handle_ = invalid_handle;
};

}  // namespace eddy
