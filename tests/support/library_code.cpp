#include "library_code.hpp"

#include <cstdlib>

namespace eddy::testing {

const void* code_of_a_library() noexcept {
    return reinterpret_cast<const void*>(&std::abort);
}

}  // namespace eddy::testing
