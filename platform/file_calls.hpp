#pragma once

// What systems of POSIX do to files by calls of their own. One source for each.
namespace eddy {

/// As fsync(2): when it returns, what was written is on the disk. On macOS that takes more.
int flush_to_disk(int file) noexcept;

}  // namespace eddy
