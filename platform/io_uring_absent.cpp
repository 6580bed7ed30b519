#include "backends.hpp"

namespace eddy {

// Built in place of io_uring.cpp where liburing was not found: the choice falls on the next backend
// and says why.
std::unique_ptr<backend> make_io_uring(std::error_code& error) {
    error = std::make_error_code(std::errc::function_not_supported);
    return nullptr;
}

}  // namespace eddy
