#include <eddy/certificate.hpp>

#include <eddy/file_handle.hpp>
#include <eddy/file_path.hpp>

#include <filesystem>
#include <span>
#include <string_view>
#include <system_error>

namespace eddy {

namespace {

using time_point = std::chrono::system_clock::time_point;

[[noreturn]] void fail(std::string_view verb, const std::string& path, std::error_code reason) {
    throw std::system_error(reason, std::string(verb) + ' ' + path);
}

// A new file, not the old one with a new content: whoever has that one open would read the key. It
// has its permissions from the beginning.
void write_new_file(const std::string& path, std::string_view text, file_mode mode) {
    std::error_code failure;
    std::filesystem::remove(to_path(path), failure);
    if (failure) fail("replace", path, failure);
    const unique_handle file = open_file(path, mode, failure);
    if (failure) fail("create", path, failure);

    operation writing;
    writing.code = opcode::write_at;
    writing.handle = file.get();
    while (writing.offset < text.size()) {
        const io_buffer rest = buffer_of(std::as_bytes(std::span(text.substr(writing.offset))));
        writing.buffers = std::span(&rest, 1);
        perform_on_file(writing);
        if (writing.error) fail("write", path, writing.error);
        writing.offset += writing.value;
    }
}

}  // namespace

void certificate::write(const std::string& chain_path, const std::string& key_path) const {
    write_new_file(chain_path, chain, file_mode::create);
    write_new_file(key_path, key, file_mode::create_private);
}

certificate_request& certificate_request::name(std::string_view host) {
    names_.emplace_back(host);
    return *this;
}

certificate_request& certificate_request::common_name(std::string_view text) {
    common_name_ = text;
    return *this;
}

certificate_request& certificate_request::valid(time_point from, time_point until) {
    from_ = from;
    until_ = until;
    return *this;
}

}  // namespace eddy
