#include <eddy/file.hpp>

#include <eddy/named_transfer.hpp>
#include <eddy/to_thread.hpp>

#include "shown_path.hpp"

#include <algorithm>
#include <utility>

namespace eddy {
namespace {

void must(const std::error_code& error, std::string_view verb, const std::string& path) {
    if (error) throw std::system_error(error, std::string(verb) + " (" + shown_path(path) + ")");
}

// What a call on the blocking pool gives back.
struct outcome {
    std::error_code error;
    std::uint64_t value = 0;
};

outcome transfer_now(opcode way, native_handle on, io_buffer piece, std::uint64_t offset) {
    operation op;
    op.code = way;
    op.handle = on;
    op.buffers = std::span(&piece, 1);
    op.offset = offset;
    perform_on_file(op);
    return {op.error, op.value};
}

}  // namespace

task<file> file::open(std::string path, file_mode mode) {
    const auto open_now = [](const std::string& at, file_mode how) {
        std::error_code error;
        unique_handle opened = open_file(at, how, error);
        must(error, "open", at);
        return opened;
    };
    unique_handle opened;
    if (mode == file_mode::read) {
        // It changes nothing, so nobody need wait for it: for a pipe that nobody writes, say.
        opened = co_await to_thread(abandon_on_cancel, open_now, path, mode);
    } else {
        opened = co_await to_thread(open_now, path, mode);
    }
    co_return file(std::move(opened), std::move(path));
}

file::file(unique_handle handle, std::string path)
    : loop_(&event_loop::running()),
      handle_(std::make_shared<const unique_handle>(std::move(handle))),
      path_(std::move(path)) {
    if (!loop_->kernel().completes_files()) return;
    if (const std::error_code error = loop_->kernel().attach(handle_->get())) {
        handle_.reset();
        must(error, "follow", path_);
    }
}

file& file::operator=(file&& other) noexcept {
    if (this == &other) return *this;
    release();
    loop_ = other.loop_;
    handle_ = std::move(other.handle_);
    path_ = std::move(other.path_);
    return *this;
}

file::shared_handle file::release() noexcept {
    if (handle_ && loop_->kernel().completes_files()) loop_->kernel().detach(handle_->get());
    return std::exchange(handle_, nullptr);
}

const file::shared_handle& file::handle_to(std::string_view verb) const {
    if (!is_open()) must(std::make_error_code(std::errc::bad_file_descriptor), verb, path_);
    return handle_;
}

task<std::size_t> file::transfer(opcode way, io_buffer piece, std::uint64_t offset) const {
    const shared_handle& handle = handle_to(to_string(way));
    if (loop_->kernel().completes_files())
        co_return co_await named_transfer(way, handle->get(), piece, path_, offset);
    const auto transfer_on = [](opcode what, const shared_handle& on, io_buffer buffer,
                                std::uint64_t at) {
        return transfer_now(what, on->get(), buffer, at);
    };
    const outcome got = co_await to_thread(transfer_on, way, handle, piece, offset);
    must(got.error, to_string(way), path_);
    co_return static_cast<std::size_t>(got.value);
}

task<std::size_t> file::read_at(std::span<std::byte> into, std::uint64_t offset) const {
    return transfer(opcode::read_at, buffer_of(into), offset);
}

task<std::size_t> file::write_at(std::span<const std::byte> from, std::uint64_t offset) {
    return transfer(opcode::write_at, buffer_of(from), offset);
}

task<std::string> file::read_all() const {
    // Some files of /proc give all or nothing, and only to a read from their beginning.
    constexpr std::size_t least = 4096;
    constexpr std::size_t most = 1 << 20;
    // The size is a hint: files of /proc say 0, others grow meanwhile. One byte more, and the read
    // after all of it meets the end.
    const auto expected = static_cast<std::size_t>(co_await size());
    std::string content;
    content.reserve(expected + least);
    std::size_t filled = 0;
    for (;;) {
        const std::size_t left = expected > filled ? expected - filled : 0;
        content.resize(filled + std::clamp(left + 1, least, most));
        const auto room = std::as_writable_bytes(std::span(content)).subspan(filled);
        const std::size_t came = co_await read_at(room, filled);
        if (came == 0) break;
        filled += came;
    }
    content.resize(filled);
    co_return content;
}

task<> file::write_all(std::span<const std::byte> data, std::uint64_t offset) {
    while (!data.empty()) {
        const std::size_t taken = co_await write_at(data, offset);
        data = data.subspan(taken);
        offset += taken;
    }
}

task<> file::write_all(std::string_view text, std::uint64_t offset) {
    return write_all(std::as_bytes(std::span(text)), offset);
}

task<std::uint64_t> file::size() const {
    const auto ask = [](const shared_handle& of) {
        outcome got;
        got.value = file_size(of->get(), got.error);
        return got;
    };
    const char* const verb = "ask for the size";
    const outcome got = co_await to_thread(ask, handle_to(verb));
    must(got.error, verb, path_);
    co_return got.value;
}

task<> file::sync() {
    const auto sync_now = [](const shared_handle& of) { return sync_file(of->get()); };
    const std::error_code error = co_await to_thread(sync_now, handle_to("sync"));
    must(error, "sync", path_);
}

task<> file::close() {
    // The last one to hold the handle closes it, and that is the call: its argument.
    const auto close_now = [](shared_handle last) { last.reset(); };
    co_await to_thread(close_now, release());
}

task<std::string> read_file(std::string path) {
    const file opened = co_await file::open(std::move(path));
    co_return co_await opened.read_all();
}

}  // namespace eddy
