#include "backends.hpp"

namespace eddy {

// Taken in place of backends_linux.cpp with EDDY_KQUEUE=ON: libkqueue imitates the kernel of the
// BSDs on Linux. It is there to work on kqueue.cpp, so it is the last choice.
std::span<const backend_kind> known_backends() noexcept {
    static constexpr backend_kind kinds[] = {
        {"io_uring", make_io_uring},
        {"epoll", make_epoll},
        {"kqueue", make_kqueue},
    };
    return kinds;
}

}  // namespace eddy
