#include <eddy/file_handle.hpp>
#include <eddy/file_path.hpp>

#include "access_list.hpp"
#include "file_calls.hpp"
#include "pipe_transfer.hpp"
#include "posix.hpp"

#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace eddy {
namespace {

int native_flags(file_mode mode) noexcept {
    switch (mode) {
        case file_mode::read: return O_RDONLY;
        case file_mode::update: return O_RDWR;
        case file_mode::open_or_create: return O_RDWR | O_CREAT;
        case file_mode::replace: return O_RDWR | O_CREAT | O_TRUNC;
        case file_mode::create:
        case file_mode::create_private: return O_RDWR | O_CREAT | O_EXCL;
    }
    return O_RDONLY;
}

ssize_t transfer(const operation& op) noexcept {
    const auto offset = static_cast<off_t>(op.offset);
    const bool reads = op.code == opcode::read_at;
    const std::span<const io_buffer> pieces = pieces_of(op);
    if (pieces.size() == 1) {
        const io_buffer& only = pieces[0];
        return reads ? ::pread(op.handle, only.data, size_of(only), offset)
                     : ::pwrite(op.handle, only.data, size_of(only), offset);
    }
    const auto* const vectors = reinterpret_cast<const iovec*>(pieces.data());
    const auto count = static_cast<int>(pieces.size());
    return reads ? ::preadv(op.handle, vectors, count, offset)
                 : ::pwritev(op.handle, vectors, count, offset);
}

}  // namespace

unique_handle open_file(const std::string& path, file_mode mode, std::error_code& error) noexcept {
    if (has_zero_byte(path)) {
        error = system_error_code(EINVAL);
        return {};
    }
    // Everybody may read and write it, except whom the process's umask forbids.
    const mode_t permissions = mode == file_mode::create_private ? 0600 : 0666;
    unique_handle opened(retry_interrupted(
        [&] { return ::open(path.c_str(), native_flags(mode) | O_CLOEXEC, permissions); }));
    error = opened ? std::error_code() : last_error();
    return opened;
}

std::uint64_t file_size(native_handle file, std::error_code& error) noexcept {
    struct stat about{};
    error = ::fstat(file, &about) < 0 ? last_error() : std::error_code();
    return error ? 0 : static_cast<std::uint64_t>(about.st_size);
}

std::error_code sync_file(native_handle file) noexcept {
    return retry_interrupted([&] { return flush_to_disk(file); }) < 0 ? last_error()
                                                                      : std::error_code();
}

std::error_code copy_access(native_handle file, const std::string& path) noexcept {
    struct stat about{};
    if (::stat(path.c_str(), &about) < 0) return last_error();
    mode_t mode = about.st_mode & 07777;
    bool has_group = true;
    if (::fchown(file, about.st_uid, about.st_gid) < 0) {
        // What is ours now may not run as somebody else.
        mode &= 0777;
        has_group = ::fchown(file, static_cast<uid_t>(-1), about.st_gid) == 0;
    }
    if (has_access_list(path)) {
        // Without its list, the mode says nothing of the group and the others.
        if (!has_group || copy_access_list(file, path)) mode &= S_IRWXU;
    } else if (!has_group) {
        // Its members are among the others now, and our group was among them before.
        const auto common = static_cast<mode_t>(mode >> 3 & mode & S_IRWXO);
        mode = static_cast<mode_t>((mode & S_IRWXU) | common << 3 | common);
    }
    return ::fchmod(file, mode) < 0 ? last_error() : std::error_code();
}

std::error_code move_file(const std::string& from, const std::string& to) noexcept {
    if (has_zero_byte(from) || has_zero_byte(to)) return system_error_code(EINVAL);
    return ::rename(from.c_str(), to.c_str()) < 0 ? last_error() : std::error_code();
}

void perform_on_file(operation& op) noexcept {
    ssize_t result = retry_interrupted([&] { return transfer(op); });
    if (result < 0 && errno == ESPIPE) result = transfer_in_order(op, op.code == opcode::read_at);
    op.error = result < 0 ? operation_error(last_error()) : operation_error();
    op.value = result < 0 ? 0 : static_cast<std::uint64_t>(result);
}

}  // namespace eddy
