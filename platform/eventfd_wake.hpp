#pragma once

#include "posix.hpp"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace eddy {

/// What ends the sleep of a backend on Linux: a counter (eventfd(2)) that becomes readable when it
/// is added to. It is never read, so whoever follows it asks to be told of changes.
class eventfd_wake {
public:
    std::error_code open() noexcept {
        counter_.reset(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        return counter_ ? std::error_code() : last_error();
    }

    native_handle handle() const noexcept { return counter_.get(); }

    /// Any thread.
    void wake() const noexcept {
        const std::uint64_t one = 1;
        // Cannot fail: the counter holds 2^64 - 2 wake-ups.
        [[maybe_unused]] const auto written = ::write(handle(), &one, sizeof one);
    }

private:
    unique_handle counter_;
};

}  // namespace eddy
