#pragma once

#include <eddy/event_loop.hpp>
#include <eddy/file_handle.hpp>
#include <eddy/task.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace eddy {

/// An open file. Belongs to the loop it was opened on; nothing here blocks that loop. Reads and
/// writes are the kernel's own where the backend completes them (io_uring, IOCP), and calls on the
/// blocking pool elsewhere; everything else always is.
///
/// A file has no position: each read and write says where. (What knows none, a pipe say, is read
/// and written in order.) Several tasks may use one file at the same time. Errors are
/// std::system_error and name the operation and the path; on a closed file, that is
/// `bad_file_descriptor`.
///
/// A cancelled task is held up by a call that is under way on the blocking pool, but not by one
/// that opens a file to be read: that ends unheard. The end of the program waits for that call, for
/// ever if it opens a named pipe that nobody writes.
class file {
public:
    /// Opens the file at `path`, which is UTF-8 on every system.
    static task<file> open(std::string path, file_mode mode = file_mode::read);

    /// Takes over what `open_file` has opened at `path`; inside a running loop. Throws
    /// std::system_error; then it is closed.
    file(unique_handle handle, std::string path);
    file(file&& other) noexcept = default;
    file& operator=(file&& other) noexcept;
    ~file() { release(); }

    /// Reads bytes from `offset` on and gives how many; 0 at the end of the file. `into` must live
    /// until it has come back.
    task<std::size_t> read_at(std::span<std::byte> into, std::uint64_t offset) const;
    /// Writes some of `from` and gives how much. `from` must live until it has come back.
    task<std::size_t> write_at(std::span<const std::byte> from, std::uint64_t offset);

    /// All there is, from the beginning to the end. Read in pieces of a mebibyte: others run
    /// meanwhile.
    task<std::string> read_all() const;
    /// Writes all of `data`, which must live until then.
    task<> write_all(std::span<const std::byte> data, std::uint64_t offset = 0);
    task<> write_all(std::string_view text, std::uint64_t offset = 0);

    task<std::uint64_t> size() const;

    /// Returns when what was written is on the disk.
    task<> sync();

    /// Closes the file without blocking the loop, as the destructor might. Operations of other
    /// tasks on it end, with their result or with an error. In a cancelled task it closes at once,
    /// as the destructor does, and throws `cancelled`.
    task<> close();

    bool is_open() const noexcept { return handle_ != nullptr; }
    const std::string& path() const noexcept { return path_; }

private:
    // A call on the blocking pool shares the handle: it stays open under the call's hands.
    using shared_handle = std::shared_ptr<const unique_handle>;

    task<std::size_t> transfer(opcode way, io_buffer piece, std::uint64_t offset) const;
    const shared_handle& handle_to(std::string_view verb) const;  // throws if it is closed
    shared_handle release() noexcept;

    event_loop* loop_;
    shared_handle handle_;  // null once it is closed
    std::string path_;
};

/// The content of a file.
task<std::string> read_file(std::string path);

/// Makes `content` the content of a file, in one step: whoever reads it meanwhile, and whoever
/// reads it after a crash, finds all of the old content or all of the new. If it fails or is
/// cancelled, nothing has changed and nothing is left. Permissions stay, and so does the owner
/// where the process may keep it; a symbolic link is followed, other hard links keep the old
/// content. What is no regular file, a device say, is refused (`operation_not_supported`). After a
/// crash soon after it has returned, it may still be the old one: its folder is not synced.
task<> write_file(std::string path, std::string content);

}  // namespace eddy
