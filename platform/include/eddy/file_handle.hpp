#pragma once

#include <eddy/native_handle.hpp>
#include <eddy/operation.hpp>

#include <cstdint>
#include <string>
#include <system_error>

namespace eddy {

/// What a file is opened for, and what is done if it is there or is not.
enum class file_mode : std::uint8_t {
    read,            ///< to be read; it must be there
    update,          ///< to be read and written; it must be there
    open_or_create,  ///< to be read and written; made if it is not there
    replace,         ///< to be read and written; made if it is not there, emptied if it is
    create,          ///< to be read and written; it must not be there
    create_private,  ///< the same, and for its owner only, where the system's files have one
};

// Each of these calls may wait for a disk. None belongs on an event loop's thread.

/// Opens a file that is closed on exec. An error is returned in `error`, which is cleared on
/// success. A zero byte in the path is `invalid_argument`: the system would take what is in front
/// of it for another file.
unique_handle open_file(const std::string& path, file_mode mode, std::error_code& error) noexcept;

/// In bytes. 0 for what has no size, as many files of /proc.
std::uint64_t file_size(native_handle file, std::error_code& error) noexcept;

/// Returns when what was written is on the disk.
std::error_code sync_file(native_handle file) noexcept;

/// Lets those use an open file who may use the one at `path`: gives it the owner, the group, the
/// permissions and the access list of that one. What the process may not give stays as it is; then
/// nobody gets more rights by that. On Windows nothing is done: the rights come from the folder.
std::error_code copy_access(native_handle file, const std::string& path) noexcept;

/// Gives a file another name, which takes the place of a file that has that name; in one step, and
/// whoever has either of them open goes on with it.
std::error_code move_file(const std::string& from, const std::string& to) noexcept;

/// Carries out `read_at` or `write_at` and sets its results.
void perform_on_file(operation& op) noexcept;

}  // namespace eddy
