#pragma once

#include <eddy/io_awaiter.hpp>

namespace eddy {

/// Waits until a handle can be read or written.
class [[nodiscard]] readiness_awaiter final : public io_awaiter {
public:
    using io_awaiter::io_awaiter;

    void await_resume() const { io_awaiter::await_resume(); }
};

}  // namespace eddy
