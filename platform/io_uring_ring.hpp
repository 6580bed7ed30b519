#pragma once

#include <system_error>

#include <liburing.h>

namespace eddy {

/// The memory that a process shares with the kernel: requests are left in it and answers found.
class io_uring_ring {
public:
    io_uring_ring() = default;
    io_uring_ring(const io_uring_ring&) = delete;
    io_uring_ring& operator=(const io_uring_ring&) = delete;
    ~io_uring_ring();

    /// Makes the ring, with the newest flags that this kernel knows. Fails with what the kernel
    /// says, and with ENOSYS where it lacks something that cannot be done without. Called once.
    std::error_code open() noexcept;

    bool is_open() const noexcept { return is_open_; }

    /// For liburing's functions.
    io_uring* get() noexcept { return &ring_; }
    const io_uring* get() const noexcept { return &ring_; }

private:
    bool is_open_ = false;
    io_uring ring_{};
};

}  // namespace eddy
