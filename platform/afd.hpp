#pragma once

#include "windows_calls.hpp"

#include <cstdint>

namespace eddy {

/// What the driver below Winsock (AFD) is asked, and where it answers: which of these events has
/// happened to a socket. Must stay in place until then.
struct socket_question {
    std::int64_t timeout = INT64_MAX;
    ULONG count = 1;
    ULONG exclusive = FALSE;
    HANDLE socket = nullptr;
    ULONG events = 0;
    LONG status = 0;
};

/// Tells when a socket can be read or written, whoever has made it and whichever port it reports
/// to.
///
/// Windows completes, it does not tell of readiness; but `select` and `WSAPoll` exist, and what
/// they are built on is a control code of this driver. Neither the code nor the struct is in a
/// header, though they have not changed since Windows 2000; wepoll, libuv, mio and Wine rely on
/// them.
class socket_driver {
public:
    /// Answers will come to this port, as packets with key 0.
    std::error_code open(HANDLE port) noexcept;

    /// Asks once. The answer comes as the packet of `overlapped`, also if it is there at once.
    /// Anything but 0: why it will not come.
    DWORD ask(SOCKET socket, bool readable, socket_question& question,
              OVERLAPPED& overlapped) noexcept;

    void cancel(OVERLAPPED& overlapped) noexcept;

private:
    unique_handle driver_;
};

/// What Windows calls a status of the kernel.
DWORD error_of_status(LONG status) noexcept;

}  // namespace eddy
