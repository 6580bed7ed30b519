#include "backends.hpp"

namespace eddy {

std::span<const backend_kind> known_backends() noexcept {
    static constexpr backend_kind kinds[] = {
        {"io_uring", make_io_uring},
        {"epoll", make_epoll},
    };
    return kinds;
}

}  // namespace eddy
