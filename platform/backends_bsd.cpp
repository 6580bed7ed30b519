#include "backends.hpp"

namespace eddy {

std::span<const backend_kind> known_backends() noexcept {
    static constexpr backend_kind kinds[] = {
        {"kqueue", make_kqueue},
    };
    return kinds;
}

}  // namespace eddy
