#pragma once

// What systems of POSIX do to files by calls of their own. One source for each.
namespace eddy {

/// As fsync(2), and on macOS as well when it returns, what was written is on the disk.
int flush_to_disk(int file) noexcept;

}  // namespace eddy
