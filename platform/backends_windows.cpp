#include "backends.hpp"

namespace eddy {

std::span<const backend_kind> known_backends() noexcept {
    static constexpr backend_kind kinds[] = {
        {"iocp", make_iocp},
    };
    return kinds;
}

}  // namespace eddy
