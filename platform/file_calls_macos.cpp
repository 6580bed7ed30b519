#include "file_calls.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace eddy {

// There, fsync only hands it to the drive, which may keep it for a while (fsync(2) of macOS). Not
// every file system can do more.
int flush_to_disk(int file) noexcept {
    return ::fcntl(file, F_FULLFSYNC) == 0 ? 0 : ::fsync(file);
}

}  // namespace eddy
