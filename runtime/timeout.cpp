#include <eddy/timeout.hpp>

namespace eddy {

void throw_timed_out() {
    throw timeout_error("timed out");
}

}  // namespace eddy
