#include <eddy/system_errors.hpp>

namespace eddy {

const std::error_category& system_errors() noexcept {
    return std::system_category();
}

}  // namespace eddy
