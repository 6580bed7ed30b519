#include "file_calls.hpp"

#include <unistd.h>

namespace eddy {

int flush_to_disk(int file) noexcept {
    return ::fsync(file);
}

}  // namespace eddy
